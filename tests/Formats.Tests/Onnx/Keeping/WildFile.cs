using Google.Protobuf;
using Ocs.Formats.Tests.Onnx.Import;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Keeping;

/// <summary>
/// Small files as they come from the field: a network of two convolutions, and what is not read here behind it, between
/// its layers, or around it.
/// </summary>
internal sealed class WildFile
{
    private const string Head = "head";
    private readonly Dice _dice = new(7);
    private readonly HandMade _made;
    private readonly List<string> _outputs = [];
    private readonly ModelProto _extra = new();

    private WildFile(long opset) => _made = new(opset);

    /// <summary>Every kind, and the operators that keep it from being read whole.</summary>
    public static IReadOnlyDictionary<string, string[]> Kinds { get; } = new Dictionary<string, string[]>
    {
        ["TopK of classes"] = ["TopK"],
        ["ArgMax of pixels"] = ["ArgMax"],
        ["boxes that NonMaxSuppression selects"] = ["NonMaxSuppression"],
        ["NonZero pixels"] = ["NonZero"],
        ["If"] = ["ReduceMax", "If"],
        ["Loop"] = ["Loop"],
        ["another domain's operator at the end"] = ["Stamp"],
        ["a function of the file"] = ["Twice"],
        ["Cast to whole numbers"] = ["Cast"],
        ["a norm between the layers"] = ["MeanVarianceNormalization"],
        ["another domain's operator between the layers"] = ["Stamp"],
        ["quantised kernels between the layers"] = ["QuantizeLinear", "QLinearConv"],
        ["dynamic quantisation"] = ["DynamicQuantizeLinear"],
        ["a constant output"] = [],
        ["16-bit weights"] = ["TopK"],
        ["one image without a batch"] = ["Sub"],
        ["opset 11"] = ["TopK"],
        ["opset 22"] = ["TopK"],
    };

    /// <summary>A file of a kind.</summary>
    public static ModelProto Of(string kind)
    {
        var file = new WildFile(kind.StartsWith("opset", StringComparison.Ordinal) ? int.Parse(kind[6..]) : 17);
        file.Build(kind);
        return file.Model();
    }

    /// <summary>A file none of whose nodes is read.</summary>
    public static ModelProto Unknown()
    {
        var file = new WildFile(17);
        var x = file._made.Input("x", 1, 4);
        file.Weight("w", 4);
        var stamped = file.Node("Stamp", [x, "w"], domain: "com.example")[0];
        file._outputs.Add(file.Node("Stamp", [stamped], domain: "com.example")[0]);
        return file.Model();
    }

    private void Build(string kind)
    {
        var image = kind == "one image without a batch" ? Alone() : _made.Input("image", 1, 3, 8, 8);
        var first = Relu(Conv("first", image, 16, 3));
        first = kind switch
        {
            "a norm between the layers" => Stated(Node("MeanVarianceNormalization", [first])[0], 16),
            "another domain's operator between the layers" =>
                Stated(Node("Stamp", [first], domain: "com.example")[0], 16),
            "quantised kernels between the layers" => Stated(Quantised(first), 16),
            _ => first,
        };
        var second = Relu(Conv("second", first, 12, 16));
        var pixels = Conv("pixels", second, 5, 12, kernel: 1);
        var classes = Linear(Node("Flatten", [Node("GlobalAveragePool", [second])[0]])[0], 12, 6);
        End(kind, pixels, classes);
    }

    private void End(string kind, string pixels, string classes)
    {
        switch (kind)
        {
            case "ArgMax of pixels":
                _outputs.AddRange([classes, Node("ArgMax", [pixels], attributes: [("axis", 1)])[0]]);
                break;
            case "boxes that NonMaxSuppression selects":
                var rows = Node("Flatten", [pixels], attributes: [("axis", 2)])[0];
                var scores = Node("Reshape", [rows, _made.Integers(1, 5, 64)])[0];
                var boxes = Node("Slice", [scores, _made.Integers(0), _made.Integers(4), _made.Integers(1)])[0];
                boxes = Node("Transpose", [boxes], attributes: [("perm", new[] { 0, 2, 1 })])[0];
                _outputs.AddRange(Node("NonMaxSuppression", [boxes, scores, _made.Integers(3), _made.Scalar(0.5f)]));
                _outputs.Add(classes);
                break;
            case "NonZero pixels":
                _outputs.AddRange([classes, Node("NonZero", [Node("Relu", [pixels])[0]])[0]]);
                break;
            case "If":
                var largest = Node("ReduceMax", [classes], attributes: [("keepdims", 0)])[0];
                _outputs.Add(Node("If", [Node("Greater", [largest, _made.Scalar(0.1f)])[0]])[0]);
                Branch("then_branch", "Neg", classes);
                Branch("else_branch", "Abs", classes);
                break;
            case "Loop":
                _outputs.Add(Node("Loop", [Integer(3), "", classes])[0]);
                Body();
                break;
            case "another domain's operator at the end":
                _outputs.AddRange(Node("Stamp", [classes], domain: "com.example"));
                break;
            case "a function of the file":
                _outputs.AddRange(Node("Twice", [classes], domain: "own"));
                AddFunction();
                break;
            case "Cast to whole numbers":
                _outputs.AddRange([classes, Node("Cast", [pixels], attributes: [("to", (int)DataType.Int32)])[0]]);
                break;
            case "dynamic quantisation":
                _outputs.Add(Dynamic(classes));
                break;
            case "a constant output":
                _outputs.AddRange([classes, Node("Identity", [_made.Integers(1, 2, 3)])[0]]);
                break;
            default:
                _outputs.Add(classes);
                if (Kinds[kind] is ["TopK"])
                {
                    _outputs.AddRange(Node("TopK", [classes, _made.Integers(3)], outputs: 2));
                }

                break;
        }

        if (kind == "16-bit weights")
        {
            ToHalf();
        }
    }

    private ModelProto Model()
    {
        var model = _made.Model([.. _outputs]);
        foreach (var output in model.Graph.Output)
        {
            // Sizes and types follow from the nodes.
            var maker = model.Graph.Node.FirstOrDefault(node => node.Output.Contains(output.Name));
            var place = maker?.Output.IndexOf(output.Name) ?? 0;
            output.Type.TensorType.Shape = null;
            output.Type.TensorType.ElemType = (int)((maker?.OpType, place) switch
            {
                ("TopK", 1) or ("ArgMax" or "NonMaxSuppression" or "NonZero", _) => DataType.Int64,
                ("Identity", _) => DataType.Int64,
                ("Cast", _) => DataType.Int32,
                _ => (DataType)_made.Message.Input[0].Type.TensorType.ElemType,
            });
        }

        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.example", Version = 3 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        model.MetadataProps.Add(new StringStringEntryProto { Key = "labels", Value = "cat,dog" });
        model.Functions.AddRange(_extra.Functions);
        model.IrVersion = 8;
        return model;
    }

    private string Conv(string name, string x, long to, long from, int kernel = 3)
    {
        var pad = kernel / 2;
        return Node(
            "Conv",
            [x, Weight($"{name}.weight", to, from, kernel, kernel), Weight($"{name}.bias", to)],
            attributes: [("kernel_shape", new[] { kernel, kernel }), ("pads", new[] { pad, pad, pad, pad })])[0];
    }

    private string Linear(string x, long from, long to) =>
        Node("Gemm", [x, Weight($"{Head}.weight", to, from), Weight($"{Head}.bias", to)],
            attributes: [("transB", 1)])[0];

    // As detectors take it: normalized, and then put into a batch of its own.
    private string Alone()
    {
        var mean = _made.Weight("mean", [3, 1, 1], 0.4f, 0.5f, 0.6f);
        var normalized = Node("Sub", [_made.Input("image", 3, 8, 8), mean])[0];
        return Node("Unsqueeze", [normalized, _made.Integers(0)])[0];
    }

    private string Relu(string x) => Node("Relu", [x])[0];

    // A convolution of whole numbers, as quantizers write it for integer kernels.
    private string Quantised(string x)
    {
        var (scale, zero) = (_made.Scalar(0.05f), Bytes("zero", DataType.Uint8, []));
        var weight = Bytes("kernel", DataType.Int8, [16, 16, 1, 1]);
        var quantised = Node("QuantizeLinear", [x, scale, zero])[0];
        var zeroOfWeight = Bytes("kernel_zero", DataType.Int8, []);
        var made = Node(
            "QLinearConv", [quantised, scale, zero, weight, _made.Scalar(0.02f), zeroOfWeight, scale, zero])[0];
        return Node("DequantizeLinear", [made, scale, zero])[0];
    }

    // A linear layer of whole numbers, whose scale follows from each input.
    private string Dynamic(string x)
    {
        var rounded = Node("DynamicQuantizeLinear", [x], outputs: 3);
        var sums = Node("MatMulInteger", [rounded[0], Bytes("matrix", DataType.Int8, [6, 4]), rounded[2]])[0];
        var floats = Node("Cast", [sums], attributes: [("to", (int)DataType.Float)])[0];
        return Node("Mul", [floats, rounded[1]])[0];
    }

    private string Bytes(string name, DataType type, long[] shape)
    {
        var numbers = new byte[shape.Aggregate(1L, (product, size) => product * size)];
        for (var place = 0; place < numbers.Length && shape.Length > 0; place++)
        {
            numbers[place] = (byte)_dice.Roll(256);
        }

        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(numbers) };
        tensor.Dims.AddRange(shape);
        _made.Message.Initializer.Add(tensor);
        return name;
    }

    private string Integer(long number)
    {
        var name = _made.Integers(number);
        _made.Message.Initializer[^1].Dims.Clear();
        return name;
    }

    private string Weight(string name, params long[] shape) => _made.Weight(
        name, shape, _dice.Floats(shape.Aggregate(1L, (product, size) => product * size), -0.4, 0.4));

    // A value whose shape the file states.
    private string Stated(string value, long channels)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(
            new[] { 1, channels, 8, 8 }.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        _made.Message.ValueInfo.Add(new ValueInfoProto
        {
            Name = value,
            Type = new() { TensorType = new() { ElemType = (int)DataType.Float, Shape = shape } },
        });
        return value;
    }

    private string[] Node(
        string type, string[] inputs, string domain = "", int outputs = 1,
        params (string Name, object Value)[] attributes)
    {
        var name = _made.Node(type, inputs, [], attributes);
        var node = _made.Message.Node[^1];
        node.Domain = domain;
        node.Output.AddRange(Enumerable.Range(1, outputs - 1).Select(place => $"{name}:{place}"));
        return [.. node.Output];
    }

    private void Branch(string attribute, string type, string value)
    {
        var graph = new GraphProto { Name = attribute };
        graph.Node.Add(new NodeProto { OpType = type, Input = { value }, Output = { $"{attribute}:result" } });
        graph.Output.Add(new ValueInfoProto
        {
            Name = $"{attribute}:result",
            Type = new() { TensorType = new() { ElemType = (int)DataType.Float } },
        });
        _made.Message.Node[^1].Attribute.Add(
            new AttributeProto { Name = attribute, Type = AttributeType.Graph, G = graph });
    }

    // Doubles its state three times.
    private void Body()
    {
        static ValueInfoProto Info(string name, DataType type) => new()
        {
            Name = name,
            Type = new() { TensorType = new() { ElemType = (int)type } },
        };

        var body = new GraphProto { Name = "body" };
        body.Input.Add(Info("count", DataType.Int64));
        body.Input[0].Type.TensorType.Shape = new();
        body.Input.Add(Info("before", DataType.Bool));
        body.Input[1].Type.TensorType.Shape = new();
        body.Input.Add(Info("state", DataType.Float));
        body.Node.Add(new NodeProto { OpType = "Identity", Input = { "before" }, Output = { "after" } });
        body.Node.Add(new NodeProto { OpType = "Add", Input = { "state", "state" }, Output = { "next" } });
        body.Output.AddRange([Info("after", DataType.Bool), Info("next", DataType.Float)]);
        body.Output[0].Type.TensorType.Shape = new();
        _made.Message.Node[^1].Attribute.Add(
            new AttributeProto { Name = "body", Type = AttributeType.Graph, G = body });
    }

    private void AddFunction()
    {
        var function = new FunctionProto { Domain = "own", Name = "Twice", Input = { "v" }, Output = { "w" } };
        function.Node.Add(new NodeProto { OpType = "Add", Input = { "v", "v" }, Output = { "w" } });
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        _extra.Functions.Add(function);
    }

    private void ToHalf()
    {
        _made.Message.Input[0].Type.TensorType.ElemType = (int)DataType.Float16;
        foreach (var tensor in _made.Message.Initializer.Where(tensor => tensor.DataType == (int)DataType.Float))
        {
            var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
            tensor.DataType = (int)DataType.Float16;
            tensor.RawData = ByteString.CopyFrom(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes<Half>(
                    Array.ConvertAll(numbers, number => (Half)number)));
        }
    }
}
