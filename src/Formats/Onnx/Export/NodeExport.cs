using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ocs.Graphs;
using Ocs.Torch;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// The export of one node: gives its inputs and parameters, and takes its ONNX nodes and constants. Values, parameters
/// and constants go by their names in the file. Parts of a node are named NODE/PART.
/// </summary>
public sealed class NodeExport
{
    private readonly ExportContext _context;
    private readonly Node _node;

    internal NodeExport(ExportContext context, Node node)
    {
        (_context, _node) = (context, node);
    }

    /// <summary>The version of ONNX's operators that is written, 11 to 23.</summary>
    public int Opset => _context.Opset;

    /// <summary>
    /// The shapes of inputs, parameters and output for a batch of one. The file's batch size is dynamic.
    /// </summary>
    public NodeShapes Shapes => _context.Graph.ShapesOf(_node);

    /// <summary>The names of the input values.</summary>
    public ImmutableArray<string> Inputs =>
        [.. _node.Inputs.Select(input => _context.Names.Of(_context.Graph.Nodes[input]))];

    /// <summary>The name of the first input value.</summary>
    public string Input => Inputs[0];

    /// <summary>The rank of the first input value.</summary>
    public int Rank => Shapes.Inputs[0].Length;

    /// <summary>Whether the first input value is an integer input of the network.</summary>
    internal bool InputIsWhole => _context.WholeNumbers.Contains(_node.Inputs[0]);

    /// <summary>Adds the node's parameters to the file.</summary>
    /// <param name="count">The number of parameters, from the first.</param>
    /// <returns>Their names in the file.</returns>
    public ImmutableArray<string> Parameters(int count = int.MaxValue)
    {
        foreach (var name in _node.Parameters.Take(count))
        {
            _context.Weights.Add(_context.Names.OfParameter(name), _context.Parameters[name]);
        }

        return [.. _node.Parameters.Take(count).Select(_context.Names.OfParameter)];
    }

    /// <summary>
    /// The tensor of a parameter that the file stores in another form. The caller must not dispose it.
    /// </summary>
    /// <param name="index">The position in the node.</param>
    public Tensor ParameterTensor(int index) => _context.Parameters[_node.Parameters[index]];

    /// <summary>
    /// Adds a parameter in another shape to the file, under its own name. So other programs still see it as a
    /// parameter.
    /// </summary>
    internal string ReshapedParameter(int index, params ReadOnlySpan<long> shape)
    {
        using var shaped = Aten.Reshape(ParameterTensor(index), shape);
        var name = _context.Names.OfParameter(_node.Parameters[index]);
        _context.Weights.Add(name, shaped);
        return name;
    }

    /// <summary>Adds a tensor computed from parameters to the file, as 32-bit floats.</summary>
    /// <returns>Its name.</returns>
    public string Weight(string part, Tensor tensor)
    {
        var name = Fresh(part);
        _context.Weights.Add(name, tensor);
        return name;
    }

    /// <summary>Adds a scalar constant.</summary>
    /// <returns>Its name.</returns>
    public string Scalar(string part, double value) => Floats(part, [], (float)value);

    /// <summary>Adds a scalar integer constant.</summary>
    internal string Index(string part, long value) => Integers(part, [], value);

    /// <summary>Adds a vector of integers, such as axes, sizes or bounds.</summary>
    /// <returns>Its name.</returns>
    public string Vector(string part, params ReadOnlySpan<long> values) => Integers(part, [values.Length], values);

    /// <summary>Adds a tensor of integers.</summary>
    /// <returns>Its name.</returns>
    public string Integers(string part, ReadOnlySpan<long> shape, params ReadOnlySpan<long> values) =>
        Constant(part, TensorProto.Types.DataType.Int64, shape, MemoryMarshal.AsBytes(values));

    /// <summary>Adds a tensor of 32-bit floats.</summary>
    /// <returns>Its name.</returns>
    public string Floats(string part, ReadOnlySpan<long> shape, params ReadOnlySpan<float> values) =>
        Constant(part, TensorProto.Types.DataType.Float, shape, MemoryMarshal.AsBytes(values));

    /// <summary>Adds the ONNX node that computes this node's value.</summary>
    /// <param name="type">ONNX's name of the operator, which must have one output.</param>
    /// <param name="inputs">Names of values, parameters and constants; empty for an omitted input.</param>
    /// <param name="attributes">The attributes.</param>
    public void Emit(string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Append(type, _node.Name, [_context.Names.Of(_node)], inputs, attributes);

    /// <summary>Adds a custom operator that computes this node's value.</summary>
    /// <param name="domain">The operator's domain, a reversed host name: com.example.</param>
    /// <param name="version">
    /// The version of the domain's operators. The file states the highest version of all nodes.
    /// </param>
    /// <param name="type">The operator's name in the domain.</param>
    /// <param name="inputs">Names of values, parameters and constants; empty for an omitted input.</param>
    /// <param name="attributes">The attributes.</param>
    public void EmitCustom(
        string domain, int version, string type, ReadOnlySpan<string> inputs,
        params ReadOnlySpan<OnnxAttribute> attributes)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        _context.Domains[domain] = Math.Max(version, _context.Domains.GetValueOrDefault(domain));
        Append(type, _node.Name, [_context.Names.Of(_node)], inputs, attributes, domain);
    }

    /// <summary>Adds an ONNX node before the last one, and names its value.</summary>
    /// <param name="part">The node's name is NODE/PART.</param>
    /// <param name="type">ONNX's name of the operator, which must have one output.</param>
    /// <param name="inputs">Names of values, parameters and constants; empty for an omitted input.</param>
    /// <param name="attributes">The attributes.</param>
    /// <returns>The name of its value.</returns>
    public string EmitPart(
        string part, string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        return EmitParts([part], type, inputs, attributes)[0];
    }

    /// <summary>
    /// Adds an ONNX node with several outputs before the last one, and names it after its first output.
    /// </summary>
    /// <param name="parts">The names of its values are NODE/PART; empty for an omitted output.</param>
    /// <param name="type">ONNX's name of the operator.</param>
    /// <param name="inputs">Names of values, parameters and constants; empty for an omitted input.</param>
    /// <param name="attributes">The attributes.</param>
    /// <returns>The names of its values.</returns>
    internal string[] EmitParts(
        string[] parts, string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string[] names = [.. parts.Select(part => part.Length == 0 ? "" : Fresh(part))];
        Append(type, names[0], names, inputs, attributes);
        return names;
    }

    /// <summary>Adds an ONNX node with two outputs before the last one.</summary>
    internal (string First, string Second) EmitBoth(
        string part, string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var names = EmitParts([part, $"{part}_second"], type, inputs, attributes);
        return (names[0], names[1]);
    }

    /// <summary>Adds a Cast of integers or booleans that gives this node's value.</summary>
    internal void EmitFloats(string value) =>
        Emit("Cast", [value], OnnxAttribute.To(TensorProto.Types.DataType.Float));

    /// <summary>Adds a constant as this node's value.</summary>
    internal void EmitConstant(ReadOnlySpan<float> values)
    {
        var tensor = OnnxWeights.Message(
            "", TensorProto.Types.DataType.Float, Shapes.Output.AsSpan(), MemoryMarshal.AsBytes(values));
        Emit("Constant", [], OnnxAttribute.Tensor("value", tensor));
    }

    /// <summary>
    /// The shape input of an ONNX Reshape for any batch size: the batch is -1 (inferred) or 0 (copied).
    /// </summary>
    internal string ShapeVector(string part, ReadOnlySpan<long> shape, bool batchStays)
    {
        long[] sizes = [batchStays ? 0 : -1, .. shape[1..]];
        return Vector(part, sizes);
    }

    private string Fresh(string part) => _context.Names.Fresh($"{_node.Name}/{part}");

    private string Constant(
        string part, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes)
    {
        var tensor = OnnxWeights.Message(Fresh(part), type, shape, bytes);
        _context.Weights.Messages.Add(tensor);
        return tensor.Name;
    }

    private void Append(
        string type, string name, string[] outputs, ReadOnlySpan<string> inputs,
        ReadOnlySpan<OnnxAttribute> attributes, string domain = "")
    {
        var added = new NodeProto { Name = name, OpType = type };
        if (domain.Length > 0)
        {
            added.Domain = domain;
        }

        added.Input.AddRange(inputs.ToArray());
        foreach (var attribute in attributes)
        {
            added.Attribute.Add(attribute.Message);
        }

        added.Output.AddRange(outputs);
        if (Opset < OlderForm.Below)
        {
            OlderForm.Apply(added, _context.Weights.Messages);
        }

        _context.Message.Node.Add(added);
    }
}
