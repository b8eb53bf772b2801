using Google.Protobuf;
using Ocs.Formats.Tests.Onnx.Import;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Probes;

/// <summary>A value of a file and its shape.</summary>
internal readonly record struct Shaped(string Name, params long[] Shape);

/// <summary>
/// A small network with one operator in the middle: images [1, 3, 8, 8], a convolution, the operator, and a layer with
/// weights behind it.
/// </summary>
internal sealed class ProbeFile
{
    private const int Channels = 12;
    private const int Classes = 5;
    private readonly HandMade _made;
    private readonly Dice _dice = new(11);
    private readonly ModelProto _extra = new();

    private ProbeFile(long opset) => _made = new(opset);

    /// <summary>The messages of the network.</summary>
    public GraphProto Graph => _made.Message;

    /// <summary>The file of a probe.</summary>
    public static ModelProto Of(Probe probe)
    {
        var file = new ProbeFile(probe.Opset);
        var image = new Shaped(file._made.Input("image", 1, 3, 8, 8), 1, 3, 8, 8);
        var first = file.Conv("first", file.Same("Relu", file.Conv("stem", image, 14, 3)), Channels, 3);
        var middle = probe.Body(file, first);
        file.State(middle);
        var end = probe.IsEnd ? file.Tail(first) : file.Tail(middle);
        string[] outputs = probe.IsEnd ? [end, middle.Name] : [end];
        var model = file._made.Model(outputs);
        foreach (var output in model.Graph.Output)
        {
            output.Type.TensorType.Shape = null;
        }

        if (probe.IsEnd)
        {
            model.Graph.ValueInfo.Clear();
            model.Graph.Output[1].Type.TensorType.ElemType = (int)probe.EndType;
        }

        if (probe.Domain.Length > 0)
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = probe.Domain, Version = 1 });
        }

        model.Functions.AddRange(file._extra.Functions);
        model.IrVersion = probe.Opset > 21 ? 10 : 8;
        return model;
    }

    /// <summary>Adds a function of the file's own.</summary>
    public void Add(FunctionProto function) => _extra.Functions.Add(function);

    /// <summary>A node of one output.</summary>
    public string Node(string type, string[] inputs, params (string Name, object Value)[] attributes) =>
        _made.Node(type, inputs, [], attributes);

    /// <summary>A node of several outputs.</summary>
    public string[] Nodes(string type, int outputs, string[] inputs, params (string Name, object Value)[] attributes)
    {
        var name = Node(type, inputs, attributes);
        _made.Message.Node[^1].Output.AddRange(Enumerable.Range(1, outputs - 1).Select(place => $"{name}:{place}"));
        return [.. _made.Message.Node[^1].Output];
    }

    /// <summary>A node whose output has the shape of its input.</summary>
    public Shaped Same(string type, Shaped x, params (string Name, object Value)[] attributes) =>
        x with { Name = Node(type, [x.Name], attributes) };

    /// <summary>A node on a value and something else, whose output has the value's shape.</summary>
    public Shaped With(string type, Shaped x, string other, params (string Name, object Value)[] attributes) =>
        x with { Name = Node(type, [x.Name, other], attributes) };

    /// <summary>Weights that are drawn.</summary>
    public string Weight(string name, params long[] shape) => _made.Weight(
        name, shape, _dice.Floats(shape.Aggregate(1L, (product, size) => product * size), -0.4, 0.4));

    public string Scalar(float number) => _made.Scalar(number);

    public string Floats(long[] shape, params float[] numbers) =>
        _made.Weight($"floats:{Graph.Initializer.Count}", shape, numbers);

    public string Integers(params long[] numbers) => _made.Integers(numbers);

    public string Integers(long[] shape, params long[] numbers)
    {
        var name = _made.Integers(numbers);
        Graph.Initializer[^1].Dims.Clear();
        Graph.Initializer[^1].Dims.AddRange(shape);
        return name;
    }

    /// <summary>A constant of bytes: of truth values or of 8-bit numbers.</summary>
    public string Bytes(DataType type, long[] shape, params byte[] numbers)
    {
        var tensor = new TensorProto
        {
            Name = $"bytes:{Graph.Initializer.Count}",
            DataType = (int)type,
            RawData = ByteString.CopyFrom(numbers),
        };
        tensor.Dims.AddRange(shape);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Truth values that differ from element to element.</summary>
    public string Mask(params long[] shape) => Bytes(
        DataType.Bool, shape,
        [
            .. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b))
                .Select(place => (byte)(place % 3 == 0 ? 1 : 0)),
        ]);

    public Shaped Conv(string name, Shaped x, long to, int kernel = 1)
    {
        var pad = kernel / 2;
        return new(
            Node(
                "Conv", [x.Name, Weight($"{name}.weight", to, x.Shape[1], kernel, kernel), Weight($"{name}.bias", to)],
                ("pads", new[] { pad, pad, pad, pad })),
            1, to, x.Shape[2], x.Shape[3]);
    }

    /// <summary>Numbers between 0 and 1.</summary>
    public Shaped Share(Shaped x) => Same("Sigmoid", x);

    /// <summary>The value as a sequence [1, 64, C].</summary>
    public Shaped Tokens(Shaped x)
    {
        var rows = Node("Reshape", [x.Name, Integers(0, x.Shape[1], 64)]);
        return new(Node("Transpose", [rows], ("perm", new[] { 0, 2, 1 })), 1, 64, x.Shape[1]);
    }

    /// <summary>The value as a vector [1, C].</summary>
    public Shaped Vector(Shaped x) =>
        new(Node("Flatten", [Node("GlobalAveragePool", [x.Name])]), 1, x.Shape[1]);

    /// <summary>Real numbers of a value of another type.</summary>
    public Shaped Real(Shaped x) => Same("Cast", x, ("to", (int)DataType.Float));

    /// <summary>Whether a value is above a number.</summary>
    public string Above(Shaped x, float number = 0) => Node("Greater", [x.Name, Scalar(number)]);

    /// <summary>A graph as an attribute of the last node: one operator on an outer value.</summary>
    public void Branch(string attribute, string type, string value)
    {
        var graph = new GraphProto { Name = attribute };
        graph.Node.Add(new NodeProto { OpType = type, Input = { value }, Output = { $"{attribute}:result" } });
        graph.Output.Add(Info($"{attribute}:result", DataType.Float));
        Attach(attribute, graph);
    }

    public void Attach(string attribute, GraphProto graph) => Graph.Node[^1].Attribute.Add(
        new AttributeProto { Name = attribute, Type = AttributeType.Graph, G = graph });

    public static ValueInfoProto Info(string name, DataType type, bool isScalar = false) => new()
    {
        Name = name,
        Type = new() { TensorType = new() { ElemType = (int)type, Shape = isScalar ? new() : null } },
    };

    // Exporters infer shapes.
    private void State(Shaped x)
    {
        var stated = Info(x.Name, DataType.Float, isScalar: true);
        stated.Type.TensorType.Shape.Dim.AddRange(
            x.Shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        Graph.ValueInfo.Add(stated);
    }

    private string Tail(Shaped x)
    {
        if (x.Shape.Length == 4)
        {
            x = Vector(Same("Relu", Conv("second", x, 10)));
        }

        var count = x.Shape.Aggregate(1L, (product, size) => product * size);
        var flat = x.Shape.Length == 2 ? x.Name : Node("Flatten", [x.Name]);
        var hidden = Node("Gemm", [flat, Weight("hidden.weight", 9, count), Weight("hidden.bias", 9)], ("transB", 1));
        return Node(
            "Gemm", [Node("Relu", [hidden]), Weight("head.weight", Classes, 9), Weight("head.bias", Classes)],
            ("transB", 1));
    }
}
