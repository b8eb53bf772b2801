using System.Runtime.InteropServices;
using Google.Protobuf;
using Ocs.Formats.Onnx.Import;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>ONNX models by hand, message by message; values are named after their nodes.</summary>
internal sealed class HandMade(long opset = 13)
{
    private readonly Dictionary<string, long[]> _shapes = [];

    public GraphProto Message { get; } = new() { Name = "hand made" };

    public string Input(string name, params long[] shape)
    {
        Message.Input.Add(Describe(name, shape));
        return name;
    }

    /// <summary>An initializer of floats: the numbers, or one number repeated.</summary>
    public string Weight(string name, long[] shape, params float[] numbers)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        float[] all = numbers.Length == count ? numbers : [.. Enumerable.Repeat(numbers[0], (int)count)];
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(all)),
        };
        tensor.Dims.AddRange(shape);
        Message.Initializer.Add(tensor);
        return name;
    }

    /// <summary>A scalar constant.</summary>
    public string Scalar(float number) => Weight($"{number}:{Message.Initializer.Count}", [], number);

    /// <summary>A constant vector of whole numbers.</summary>
    public string Integers(params long[] numbers)
    {
        var tensor = new TensorProto
        {
            Name = $"integers:{Message.Initializer.Count}",
            DataType = (int)TensorProto.Types.DataType.Int64,
        };
        tensor.Dims.Add(numbers.Length);
        tensor.Int64Data.AddRange(numbers);
        Message.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A node of one output of a known shape.</summary>
    public string Node(string type, string[] inputs, long[] shape, params (string Name, object Value)[] attributes)
    {
        var name = $"{type}_{Message.Node.Count}";
        var node = new NodeProto { Name = name, OpType = type };
        node.Input.AddRange(inputs);
        node.Output.Add(name);
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Message.Node.Add(node);
        _shapes[name] = shape;
        return name;
    }

    public ModelProto Model(params string[] outputs)
    {
        Message.Output.AddRange(outputs.Select(output => Describe(output, _shapes.GetValueOrDefault(output, []))));
        var model = new ModelProto { IrVersion = 7, Graph = Message };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return model;
    }

    /// <summary>The graph that patterns see, with the shapes that the nodes were given.</summary>
    public OnnxGraph Graph(params string[] outputs)
    {
        var graph = OnnxReader.ToGraph(Model(outputs), "hand made.onnx", default);
        foreach (var (name, shape) in _shapes)
        {
            graph.Shapes[name] = [.. shape];
        }

        return graph;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int number:
                (attribute.Type, attribute.I) = (AttributeType.Int, number);
                break;
            case float number:
                (attribute.Type, attribute.F) = (AttributeType.Float, number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case int[] numbers:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.AddRange(numbers.Select(number => (long)number));
                break;
            default:
                throw new ArgumentException($"{name} is a {value.GetType().Name}");
        }

        return attribute;
    }

    private static ValueInfoProto Describe(string name, long[] sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new() { Name = name, Type = new() { TensorType = tensor } };
    }
}
