using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ocs.Graphs;
using Ocs.Torch;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>One node on its way to ONNX: what a mapping reads, and where it puts nodes and constants.</summary>
internal sealed class NodeExport(ExportContext context, Node node)
{
    /// <summary>The operator set that is written.</summary>
    public int Opset => context.Opset;

    public NodeShapes Shapes => context.Graph.ShapesOf(node);

    /// <summary>The names of the values that the node reads.</summary>
    public ImmutableArray<string> Inputs =>
        [.. node.Inputs.Select(input => context.Names.Of(context.Graph.Nodes[input]))];

    /// <summary>The name of the first value that it reads.</summary>
    public string Input => Inputs[0];

    /// <summary>The number of dimensions of the first value that it reads.</summary>
    public int Rank => Shapes.Inputs[0].Length;

    /// <summary>Whether the first value that it reads is an input of whole numbers.</summary>
    public bool InputIsWhole => context.WholeNumbers.Contains(node.Inputs[0]);

    /// <summary>Puts the node's parameters into the file, or the first of them; returns their names in it.</summary>
    public ImmutableArray<string> Parameters(int count = int.MaxValue)
    {
        foreach (var name in node.Parameters.Take(count))
        {
            context.Weights.Add(context.Names.OfParameter(name), context.Parameters[name]);
        }

        return [.. node.Parameters.Take(count).Select(context.Names.OfParameter)];
    }

    /// <summary>The tensor of a parameter, which the file gets in another form.</summary>
    public Tensor ParameterTensor(int index) => context.Parameters[node.Parameters[index]];

    /// <summary>Puts a tensor that is made of parameters into the file.</summary>
    public string Weight(string part, Tensor tensor)
    {
        var name = Fresh(part);
        context.Weights.Add(name, tensor);
        return name;
    }

    /// <summary>A number that the node needs.</summary>
    public string Scalar(string part, double value) => Floats(part, [], (float)value);

    /// <summary>A whole number that the node needs.</summary>
    public string Index(string part, long value) => Integers(part, [], value);

    /// <summary>A vector of whole numbers that the node needs: axes, sizes, bounds.</summary>
    public string Vector(string part, params ReadOnlySpan<long> values) => Integers(part, [values.Length], values);

    /// <summary>A tensor of whole numbers that the node needs.</summary>
    public string Integers(string part, ReadOnlySpan<long> shape, params ReadOnlySpan<long> values) =>
        Constant(part, TensorProto.Types.DataType.Int64, shape, MemoryMarshal.AsBytes(values));

    /// <summary>A tensor that the node needs.</summary>
    public string Floats(string part, ReadOnlySpan<long> shape, params ReadOnlySpan<float> values) =>
        Constant(part, TensorProto.Types.DataType.Float, shape, MemoryMarshal.AsBytes(values));

    /// <summary>Adds the ONNX node that makes this node's value.</summary>
    public void Emit(string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Append(type, node.Name, context.Names.Of(node), inputs, attributes);

    /// <summary>Adds an ONNX node before the last one, and names its value.</summary>
    public string EmitPart(
        string part, string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var name = Fresh(part);
        Append(type, name, name, inputs, attributes);
        return name;
    }

    /// <summary>Adds the ONNX node that makes this node's value, of numbers that are known.</summary>
    public void EmitConstant(ReadOnlySpan<float> values)
    {
        var tensor = OnnxWeights.Message(
            "", TensorProto.Types.DataType.Float, Shapes.Output.AsSpan(), MemoryMarshal.AsBytes(values));
        Emit("Constant", [], OnnxAttribute.Tensor("value", tensor));
    }

    /// <summary>The shape that ONNX's Reshape takes for any batch: the batch is what is left over, or stays.</summary>
    public string ShapeVector(string part, ReadOnlySpan<long> shape, bool batchStays)
    {
        long[] sizes = [batchStays ? 0 : -1, .. shape[1..]];
        return Vector(part, sizes);
    }

    private string Fresh(string part) => context.Names.Fresh($"{node.Name}/{part}");

    private string Constant(
        string part, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes)
    {
        var tensor = OnnxWeights.Message(Fresh(part), type, shape, bytes);
        context.Weights.Messages.Add(tensor);
        return tensor.Name;
    }

    private void Append(
        string type, string name, string output, ReadOnlySpan<string> inputs, ReadOnlySpan<AttributeProto> attributes)
    {
        var added = new NodeProto { Name = name, OpType = type };
        added.Input.AddRange(inputs.ToArray());
        added.Attribute.AddRange(attributes.ToArray());
        added.Output.Add(output);
        context.Message.Node.Add(added);
    }
}
