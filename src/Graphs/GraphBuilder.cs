using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <summary>A value in a graph under construction.</summary>
/// <param name="Index">The index of the node that makes it.</param>
public readonly record struct Value(int Index);

/// <summary>Builds a <see cref="Graph"/> node by node; shapes are inferred and checked at each step.</summary>
/// <param name="name">The name of the network.</param>
public sealed partial class GraphBuilder(string name)
{
    private const double BatchNormEpsilon = 1e-5;
    private const double BatchNormMomentum = 0.1;

    private readonly List<Node> _nodes = [];
    private readonly List<ParameterSpec> _parameters = [];

    /// <summary>The shape of a value for a batch of one.</summary>
    public ImmutableArray<long> ShapeOf(Value value) => _nodes[value.Index].Shape;

    /// <summary>An input of one sample's shape, without the batch dimension: C, H, W.</summary>
    public Value Input(string nodeName, params ReadOnlySpan<long> sampleShape) =>
        Add(nodeName, new Input([1, .. sampleShape]), [], []);

    /// <summary>
    /// Convolution without padding of channels. Weights start from N(0, sqrt(2 / fan-out)) (He et al. 2015) and biases
    /// from 0, unless given.
    /// </summary>
    public Value Conv2d(
        string nodeName,
        Value x,
        long channels,
        Pair kernel,
        Pair? stride = null,
        Pair? padding = null,
        bool bias = false,
        int groups = 1,
        Initialization? initialization = null,
        Pair? dilation = null,
        GroupPolicy policy = GroupPolicy.SameIndex,
        Initialization? biasInitialization = null)
    {
        var standardDeviation = Math.Sqrt(2.0 / (kernel.Height * kernel.Width * channels));
        var specs = new List<ParameterSpec>
        {
            new(
                $"{nodeName}.weight",
                [channels, ShapeOf(x)[1] / groups, kernel.Height, kernel.Width],
                ParameterRole.Weight,
                initialization ?? Initialization.Normal(standardDeviation)),
        };
        if (bias)
        {
            specs.Add(
                new(
                    $"{nodeName}.bias",
                    [channels],
                    ParameterRole.Bias,
                    biasInitialization ?? Initialization.Constant(0)));
        }

        return Add(nodeName, new Conv2d(stride ?? 1, padding ?? 0, dilation ?? 1, groups, policy), [x], specs);
    }

    /// <summary>
    /// Linear layer. Starts uniform in ±1/sqrt(fan-in), weights and biases, unless weights are given; then biases from
    /// 0, or as given.
    /// </summary>
    public Value Linear(
        string nodeName, Value x, long features, Initialization? initialization = null, bool bias = true,
        Initialization? biasInitialization = null)
    {
        var inputs = ShapeOf(x)[^1];
        var uniform = Initialization.Uniform(1 / Math.Sqrt(inputs));
        ParameterSpec[] specs =
        [
            new($"{nodeName}.weight", [features, inputs], ParameterRole.Weight, initialization ?? uniform),
            new(
                $"{nodeName}.bias",
                [features],
                ParameterRole.Bias,
                biasInitialization ?? (initialization is null ? uniform : Initialization.Constant(0))),
        ];
        return Add(nodeName, new Linear(), [x], bias ? specs : specs[..1]);
    }

    /// <summary>
    /// Batch normalisation that starts as the identity. <paramref name="momentum"/> is the weight of the new batch's
    /// statistics.
    /// </summary>
    public Value BatchNorm2d(
        string nodeName, Value x, double epsilon = BatchNormEpsilon, double momentum = BatchNormMomentum)
    {
        var channels = ShapeOf(x)[1];
        ParameterSpec Vector(string part, ParameterRole role, double start) =>
            new($"{nodeName}.{part}", [channels], role, Initialization.Constant(start));

        return Add(nodeName, new BatchNorm2d(epsilon, momentum), [x],
        [
            Vector("weight", ParameterRole.NormWeight, 1),
            Vector("bias", ParameterRole.NormBias, 0),
            Vector("running_mean", ParameterRole.Buffer, 0),
            Vector("running_var", ParameterRole.Buffer, 1),
            new($"{nodeName}.num_batches_tracked", [], ParameterRole.Counter, Initialization.Constant(0)),
        ]);
    }

    /// <summary>max(x, 0).</summary>
    public Value Relu(string nodeName, Value x) => Activation(nodeName, x, ActivationKind.Relu);

    /// <summary>An element-wise non-linearity; the slope is that of LeakyRelu, or the alpha of Elu and Celu.</summary>
    public Value Activation(string nodeName, Value x, ActivationKind kind, double slope = 0) =>
        Add(nodeName, new Activation(kind, slope), [x], []);

    /// <summary>a + b, element by element; dimensions of size 1 broadcast.</summary>
    public Value Add(string nodeName, Value a, Value b) => Add(nodeName, new Add(), [a, b], []);

    /// <summary>Values one after the other along a dimension.</summary>
    public Value Concat(string nodeName, int dimension, params ReadOnlySpan<Value> values) =>
        Add(nodeName, new Concat(dimension), values, []);

    /// <summary>The indices of a dimension from a start on.</summary>
    public Value Slice(string nodeName, Value x, int dimension, int start, int length) =>
        Add(nodeName, new Slice(dimension, start, length), [x], []);

    /// <summary>The largest value of each window; the stride is the kernel unless given.</summary>
    public Value MaxPool2d(
        string nodeName,
        Value x,
        Pair kernel,
        Pair? stride = null,
        Pair? padding = null,
        bool ceilMode = false,
        int dilation = 1) =>
        Add(nodeName, new MaxPool2d(kernel, stride ?? kernel, padding ?? 0, ceilMode, dilation), [x], []);

    /// <summary>The mean of each window; the stride is the kernel unless given.</summary>
    public Value AveragePool2d(
        string nodeName,
        Value x,
        Pair kernel,
        Pair? stride = null,
        Pair? padding = null,
        bool ceilMode = false,
        bool countPadding = true) =>
        Add(nodeName, new AveragePool2d(kernel, stride ?? kernel, padding ?? 0, ceilMode, countPadding), [x], []);

    /// <summary>The mean of each cell of a grid of a size, [N, C, H, W] to [N, C, h, w].</summary>
    public Value AdaptiveAveragePool2d(string nodeName, Value x, Pair size) =>
        Add(nodeName, new AdaptiveAveragePool2d(size), [x], []);

    /// <summary>All dimensions but the batch in one.</summary>
    public Value Flatten(string nodeName, Value x) => Add(nodeName, new Flatten(), [x], []);

    /// <summary>In training, elements are zero with a probability, and the others are scaled up.</summary>
    public Value Dropout(string nodeName, Value x, double probability) =>
        Add(nodeName, new Dropout(probability), [x], []);

    /// <summary>
    /// Adds a node of any operator, one of a program's own too, with its parameters. A parameter that is in the
    /// network already is shared with the nodes that have it: the same name, shape, role and start.
    /// </summary>
    /// <param name="nodeName">A name that no other node of the network has.</param>
    /// <param name="op">What the node computes.</param>
    /// <param name="inputs">The values that it reads.</param>
    /// <param name="parameters">Its parameters in the operator's order; names begin with the node's by custom.</param>
    /// <returns>The node's output.</returns>
    /// <exception cref="OcsInputException">Inputs or parameters do not fit the operator.</exception>
    public Value Add(string nodeName, Operator op, ReadOnlySpan<Value> inputs, IReadOnlyList<ParameterSpec> parameters)
    {
        var indices = ImmutableArray.CreateBuilder<int>(inputs.Length);
        foreach (var input in inputs)
        {
            indices.Add(input.Index);
        }

        var shapes = new NodeShapes(
            nodeName,
            [.. indices.Select(index => _nodes[index].Shape)],
            [.. parameters.Select(spec => spec.Shape)],
            []);
        _parameters.AddRange(parameters.Where(spec => !IsThere(spec)));
        _nodes.Add(
            new(
                nodeName,
                op,
                indices.ToImmutable(),
                [.. parameters.Select(spec => spec.Name)],
                GraphVerifier.CheckShape(nodeName, op.InferShape(shapes))));
        return new(_nodes.Count - 1);
    }

    /// <summary>
    /// States that a value's node is called as a function, and not as a module (<see cref="Node.IsFunction"/>).
    /// </summary>
    /// <returns>The same value.</returns>
    public Value AsFunction(Value value)
    {
        _nodes[value.Index] = _nodes[value.Index] with { IsFunction = true };
        return value;
    }

    /// <summary>The verified graph with these outputs.</summary>
    public Graph Build(params ReadOnlySpan<Value> outputs)
    {
        var indices = ImmutableArray.CreateBuilder<int>(outputs.Length);
        foreach (var output in outputs)
        {
            indices.Add(output.Index);
        }

        var graph = new Graph(name, [.. _nodes], [.. _parameters], indices.ToImmutable());
        GraphVerifier.Verify(graph);
        return graph;
    }

    private bool IsThere(ParameterSpec spec) => _parameters.Exists(other =>
        other.Name == spec.Name && other.Role == spec.Role && other.Initialization == spec.Initialization
        && other.Shape.SequenceEqual(spec.Shape));
}
