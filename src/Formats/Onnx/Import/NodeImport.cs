using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import;

/// <summary>One ONNX node on its way to ours: what a mapping reads, and where it puts nodes and parameters.</summary>
internal sealed class NodeImport(
    OnnxGraph graph,
    OnnxNode node,
    GraphBuilder builder,
    ImportedParameters parameters,
    Dictionary<string, Imported> values)
{
    public OnnxNode Node => node;

    /// <summary>The name of the node, and of our node that makes its first output.</summary>
    public string Name => node.Name;

    public OnnxGraph Graph => graph;

    public GraphBuilder Builder => builder;

    public ImportedParameters Parameters => parameters;

    public NodeArguments Arguments => new(graph, node);

    /// <summary>A name for a node of ours before the last one.</summary>
    public string Part(string part) => graph.FreshName($"{node.Name}/{part}");

    public bool IsConstant(int input) => Arguments.IsConstant(input);

    /// <summary>A value that is computed, wherever its batch is, but a dimension of its own.</summary>
    public Imported Any(int input) => AnyOrMerged(input) is { IsMerged: false } value
        ? value
        : throw Error("the samples of its input lie in one dimension with something else");

    /// <summary>A value that is computed, wherever its batch is.</summary>
    public Imported AnyOrMerged(int input) =>
        node.InputOrNull(input) is not { } name ? throw Error($"it lacks input {input}")
            : values.TryGetValue(name, out var value) ? value
            : graph.Constants.ContainsKey(name)
                ? throw Error($"input {input}, '{name}', is a constant, where only computed values are read")
            : graph.Maker(name) is { } maker
                ? throw Error(
                    $"it reads output {maker.Outputs.IndexOf(name)} of node '{maker.Name}' ({maker.Type}), "
                    + "which is not computed here")
            : throw Error($"input {input}, '{name}', is not there");

    /// <summary>A value that is computed, with the batch in front.</summary>
    public Value Input(int input = 0) => Any(input) is { Batch: 0 } value
        ? value.Value
        : throw Error($"the batch is dimension {Any(input).Batch} of its input, where only dimension 0 is read");

    public ImmutableArray<long> ShapeOf(Value value) => builder.ShapeOf(value);

    /// <summary>States one of the outputs.</summary>
    public void Output(Value value, int batch = 0, int output = 0) => Output(new Imported(value, batch), output);

    public void Output(Imported value, int output = 0)
    {
        if (node.OutputOrNull(output) is not { } name)
        {
            return;
        }

        var (made, expected) = (builder.ShapeOf(value.Value), graph.ShapeOf(name));
        if (!expected.IsDefault && !value.IsMerged
            && (
                made.Length != expected.Length
                    || !made.Select((size, dimension) => expected[value.Axis(dimension)] == size).All(same => same)))
        {
            throw Error(
                $"its output would be {NodeShapes.Show(made)} with the batch in front, "
                + $"but ONNX's is {NodeShapes.Show(expected)}");
        }

        values[name] = value;
    }

    /// <summary>The parameter for a constant input, in its own shape unless stated.</summary>
    public ParameterSpec Parameter(int input, string part, ParameterRole role, ImmutableArray<long> shape = default) =>
        Parameter(Constant(input), part, role, shape);

    public ParameterSpec Parameter(
        OnnxTensor constant, string part, ParameterRole role, ImmutableArray<long> shape = default)
    {
        var target = shape.IsDefault ? constant.Shape : shape;
        return OnnxTensor.CountOf(target) == constant.Count
            ? parameters.Take(constant, target, $"{node.Name}.{part}", role)
            : throw Error(
                $"its {part} {NodeShapes.Show(constant.Shape)} has not the numbers of {NodeShapes.Show(target)}");
    }

    /// <summary>A weight or the like, which must be a constant.</summary>
    public OnnxTensor Constant(int input) => Arguments.Constant(input) ?? throw Error($"it lacks input {input}");

    /// <summary>
    /// A constant as a value, [1, ...]: a parameter that is trained if the file names it or it is known to be one, else
    /// a buffer. It repeats for every batch, or has the batch of a value that it follows.
    /// </summary>
    public Value ParameterValue(
        string nodeName, OnnxTensor constant, ImmutableArray<long> shape, Value? follows = null, bool isTrained = false)
    {
        if (constant.Origin is { } table && IsNamed(table) && shape.AsSpan()[1..].SequenceEqual(table.Shape.AsSpan())
            && constant.Floats.AsSpan().SequenceEqual(table.Floats))
        {
            // All rows of a named table in their order: learned positions.
            return builder.Add(
                nodeName, new Graphs.Operators.ParameterValue(AddsBatch: true), follows is { } like ? [like] : [],
                [Parameter(table, "value", ParameterRole.Bias)]);
        }

        isTrained = isTrained || IsNamed(constant);
        var spec = Parameter(constant, "value", isTrained ? ParameterRole.Bias : ParameterRole.Buffer, shape);
        return builder.Add(
            nodeName, new Graphs.Operators.ParameterValue(), follows is { } value ? [value] : [], [spec]);
    }

    /// <summary>Whether a constant is an initializer that somebody named.</summary>
    public static bool IsNamed(OnnxTensor constant) =>
        constant.Kind == OnnxKind.Float && constant.Name is { } name && ImportedParameters.IsUsable(name);

    public OcsInputException Error(string what) => node.Error(what);
}
