using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import;

/// <summary>The import of one ONNX node: gives its inputs and attributes, and takes our nodes and parameters.</summary>
internal sealed class NodeImport(
    OnnxGraph graph,
    OnnxNode node,
    GraphBuilder builder,
    ImportedParameters parameters,
    Dictionary<string, Imported> values)
{
    public OnnxNode Node => node;

    /// <summary>The name of the node, and of our node that computes its first output.</summary>
    public string Name => node.Name;

    public OnnxGraph Graph => graph;

    public GraphBuilder Builder => builder;

    public ImportedParameters Parameters => parameters;

    public NodeArguments Arguments => new(graph, node);

    /// <summary>A name for one of our nodes before the last one.</summary>
    public string Part(string part) => graph.FreshName($"{node.Name}/{part}");

    public bool IsConstant(int input) => Arguments.IsConstant(input);

    /// <summary>A computed input. Its batch may be any dimension, but not merged with another.</summary>
    public Imported Any(int input) => AnyOrMerged(input) is { IsMerged: false } value
        ? value
        : throw Error("the batch of its input is merged with another dimension");

    /// <summary>A computed input. Its batch may be any dimension, or merged with another.</summary>
    public Imported AnyOrMerged(int input) =>
        node.InputOrNull(input) is not { } name ? throw Error($"it lacks input {input}")
            : values.TryGetValue(name, out var value) ? value
            : graph.Constants.ContainsKey(name)
                ? throw Error($"input {input}, '{name}', is a constant, but must be computed")
            : graph.Maker(name) is { } maker
                ? throw Error(
                    $"it reads output {maker.Outputs.IndexOf(name)} of node '{maker.Name}' ({maker.Type}), "
                    + "which is not supported")
            : throw Error($"input {input}, '{name}', does not exist");

    /// <summary>A computed input with the batch in dimension 0.</summary>
    public Value Input(int input = 0) => Any(input) is { Batch: 0 } value
        ? value.Value
        : throw Error($"the batch is dimension {Any(input).Batch} of its input, but must be dimension 0");

    public ImmutableArray<long> ShapeOf(Value value) => builder.ShapeOf(value);

    /// <summary>Sets one of the outputs.</summary>
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

    /// <summary>The parameter for a constant input; its shape is the constant's unless given.</summary>
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

    /// <summary>An input that must be a constant, such as a weight.</summary>
    public OnnxTensor Constant(int input) => Arguments.Constant(input) ?? throw Error($"it lacks input {input}");

    /// <summary>
    /// A constant as a value, [1, ...]: a trained parameter if the file names it or it is known to be one, else a
    /// buffer. It is the same for every sample, or takes the batch size of another value.
    /// </summary>
    public Value ParameterValue(
        string nodeName, OnnxTensor constant, ImmutableArray<long> shape, Value? follows = null, bool isTrained = false)
    {
        if (constant.Origin is { } table && IsNamed(table) && shape.AsSpan()[1..].SequenceEqual(table.Shape.AsSpan())
            && constant.Floats.AsSpan().SequenceEqual(table.Floats))
        {
            // Learned positions: all rows of a named table in order.
            return builder.Add(
                nodeName, new Graphs.Operators.ParameterValue(AddsBatch: true), follows is { } like ? [like] : [],
                [Parameter(table, "value", ParameterRole.Bias)]);
        }

        isTrained = isTrained || IsNamed(constant);
        var spec = Parameter(constant, "value", isTrained ? ParameterRole.Bias : ParameterRole.Buffer, shape);
        return builder.Add(
            nodeName, new Graphs.Operators.ParameterValue(), follows is { } value ? [value] : [], [spec]);
    }

    /// <summary>Whether a constant is an initializer with a name chosen by a person.</summary>
    public static bool IsNamed(OnnxTensor constant) =>
        constant.Kind == OnnxKind.Float && constant.Name is { } name && ImportedParameters.IsUsable(name);

    public OcsInputException Error(string what) => node.Error(what);
}
