using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Ocs.Graphs;
using Ocs.Torch;
using Onnx;

namespace Ocs.Formats.Onnx;

/// <summary>One node on its way to ONNX: what a mapping reads, and where it puts nodes and constants.</summary>
internal sealed class NodeExport(Graph graph, Node node, ParameterTable parameters, OnnxNames names, GraphProto message)
{
    public string Name => node.Name;

    public NodeShapes Shapes => graph.ShapesOf(node);

    /// <summary>The names of the values that the node reads.</summary>
    public ImmutableArray<string> Inputs => [.. node.Inputs.Select(input => names.Of(graph.Nodes[input]))];

    /// <summary>Puts the node's first parameters into the file, as 32-bit floats under their own names.</summary>
    public ImmutableArray<string> Parameters(int count)
    {
        foreach (var name in node.Parameters.Take(count))
        {
            if (!message.Initializer.Any(initializer => initializer.Name == name))
            {
                message.Initializer.Add(Initializer(name, parameters[name]));
            }
        }

        return [.. node.Parameters.Take(count)];
    }

    /// <summary>A scalar that the node needs.</summary>
    public string Constant(string part, float value) =>
        Constant(part, TensorProto.Types.DataType.Float, [], MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in value)));

    /// <summary>A vector of one number that the node needs.</summary>
    public string Constant(string part, long value) =>
        Constant(part, TensorProto.Types.DataType.Int64, [1], MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));

    /// <summary>Adds the ONNX node that makes this node's value.</summary>
    public void Emit(string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Append(type, Name, names.Of(node), inputs, attributes);

    /// <summary>Adds an ONNX node before the last one, and names its value.</summary>
    public string EmitPart(
        string part, string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var name = names.Fresh($"{Name}/{part}");
        Append(type, name, name, inputs, attributes);
        return name;
    }

    public static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, double value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)value };

    public static AttributeProto Attribute(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }

    public static AttributeProto Attribute(string name, Pair pair) => Attribute(name, [pair.Height, pair.Width]);

    /// <summary>The same padding before and after, in ONNX's order.</summary>
    public static AttributeProto Pads(Pair padding) =>
        Attribute("pads", [padding.Height, padding.Width, padding.Height, padding.Width]);

    private void Append(
        string type, string name, string output, ReadOnlySpan<string> inputs, ReadOnlySpan<AttributeProto> attributes)
    {
        var added = new NodeProto { Name = name, OpType = type };
        foreach (var input in inputs)
        {
            added.Input.Add(input);
        }

        foreach (var attribute in attributes)
        {
            added.Attribute.Add(attribute);
        }

        added.Output.Add(output);
        message.Node.Add(added);
    }

    private string Constant(
        string part, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes)
    {
        var tensor = new TensorProto
        {
            Name = names.Fresh($"{Name}/{part}"),
            DataType = (int)type,
            RawData = ByteString.CopyFrom(bytes),
        };
        foreach (var size in shape)
        {
            tensor.Dims.Add(size);
        }

        message.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static TensorProto Initializer(string name, Tensor tensor)
    {
        using var detached = tensor.Detach();
        using var floats = detached.To(DType.Float32);
        var bytes = new byte[floats.ElementCount * sizeof(float)];
        var position = 0;
        TensorBytes.Write(floats, part =>
        {
            part.CopyTo(bytes.AsSpan(position));
            position += part.Length;
        });
        var message = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        };
        message.Dims.AddRange(floats.Shape.ToArray());
        return message;
    }
}
