using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Tests.Onnx.Export;

/// <summary>
/// Networks of hardly more than one operator: every operator in the configurations that become different ONNX.
/// </summary>
internal static partial class OperatorGraphs
{
    private delegate Value Body(GraphBuilder g, Value x);

    public static IEnumerable<Graph> All() =>
    [
        .. Elementwise(), .. Choices(), .. Layers(), .. Pools(), .. Norms(), .. Images(), .. Arrangements(),
        .. Sequences(), .. Volumes(),
    ];

    private static Graph Of(string name, ReadOnlySpan<long> sample, Body body)
    {
        var g = new GraphBuilder(name);
        return g.Build(body(g, g.Input("input", sample)));
    }

    /// <summary>The first operator set that has all of a graph's operators.</summary>
    public static int FirstOpset(Graph graph) =>
        graph.Nodes.Any(node => node.Operator is GridSample) ? 16 : OnnxOptions.LowestOpset;

    private static Graph Image(string name, Body body) => Of(name, [4, 7, 6], body);

    private static IEnumerable<Graph> Elementwise()
    {
        yield return Image("clamp", (g, x) => g.Add("op", new Clamp(-0.5, 1.5), [x], []));
        yield return Image("remainder", (g, x) => g.Add(
            "op", new Arithmetic(ArithmeticKind.Remainder), [x, g.Affine("divisor", g.Sigmoid("share", x), [1], [1])],
            []));
        yield return Image("power", (g, x) => g.Add(
            "op", new Arithmetic(ArithmeticKind.Power), [g.Sigmoid("base", x), g.Slice("one", x, 1, 1, 1)], []));
        foreach (var kind in Enum.GetValues<ActivationKind>())
        {
            yield return Of($"activation_{kind}", [3, 5], (g, x) => g.Activation("act", x, kind, slope: 0.25));
        }

        foreach (var kind in Enum.GetValues<ElementwiseKind>())
        {
            yield return Of($"elementwise_{kind}", [3, 5], (g, x) => Elementwise(g, x, kind));
        }

        yield return Image("local_response_norm", (g, x) => g.Add("op", new LocalResponseNorm(3, 0.5), [x], []));
        yield return Image("add_broadcast", (g, x) => g.Add("add", g.AdaptiveAveragePool2d("pool", x, 1), x));
        yield return Image("subtract", (g, x) => g.Subtract("op", x, g.Slice("one", x, 1, 1, 1)));
        yield return Image("multiply", (g, x) => g.Multiply("op", g.Sigmoid("gate", x), x));
        yield return Image("maximum", (g, x) => g.Maximum("op", x, g.Slice("one", x, 1, 1, 1)));
        yield return Image("minimum", (g, x) => g.Minimum("op", g.Slice("one", x, 1, 1, 1), x));
        yield return Image("divide", (g, x) => g.Divide("op", x, g.Sigmoid("divisor", x)));
        yield return Image("affine", (g, x) => g.Affine("op", x, [0.5, 2, -1, 1], [0.25]));
        yield return Of("affine_tokens", [4, 3], (g, x) => g.Affine("op", x, [2], [1, 2, 3, 4]));
        yield return Of("affine_matrix", [4], (g, x) => g.Affine("op", x, [2], [1, 2, 3, 4]));
        yield return Image("prelu_one", (g, x) => g.PRelu("op", x));
        yield return Image("prelu_channels", (g, x) => g.PRelu("op", x, slopePerChannel: true));
        yield return Of("prelu_matrix", [5], (g, x) => g.PRelu("op", x, slopePerChannel: true));
        yield return Of("prelu_tokens", [5, 3], (g, x) => g.PRelu("op", x, slopePerChannel: true));
        yield return Image("layer_scale", (g, x) => g.LayerScale2d("op", x, 0.1));
        yield return Image("layer_scale_vector", (g, x) => g.Add(
            "op", new LayerScale2d(), [x],
            [new("op.scale", [4], ParameterRole.NormWeight, Initialization.Constant(0.1))]));
        yield return Of("default_boxes", [6, 4], (g, x) => g.Add(
            "op", new DefaultBoxes([new(1, 3, 1, 0.3, [new(0.5, 1), new(1, 0.5)])], DefaultBoxOrder.CellFirst), [x],
            []));
        yield return Of("default_boxes_decoded", [6, 4], (g, x) => g.Add(
            "op",
            new DefaultBoxes(
                [new(1, 3, 1, 0.3, [new(0.5, 1), new(1, 0.5)])], DefaultBoxOrder.SizeFirst, Decodes: true),
            [x], []));
        yield return Image("dropout", (g, x) => g.Dropout("op", x, 0.5));
        yield return Image("dropout2d", (g, x) => g.Dropout2d("op", x, 0.5));
        yield return Image("stochastic_depth", (g, x) => g.StochasticDepth("op", x, 0.5));
        yield return Image("softmax", (g, x) => g.Softmax("op", x, 1));
        yield return Image("log_softmax", (g, x) => g.Softmax("op", x, 3, logarithm: true));
    }

    private static Value Sigmoid(this GraphBuilder g, string name, Value x) =>
        g.Activation(name, x, ActivationKind.Sigmoid);

    // Of numbers that every function has a value for: 0.05 to 0.95, and of one that grows above.
    private static Value Elementwise(GraphBuilder g, Value x, ElementwiseKind kind)
    {
        x = g.Affine("inside", g.Sigmoid("share", x), [0.9], [kind == ElementwiseKind.Acosh ? 1.05 : 0.05]);
        return g.Add("op", new Elementwise(kind, kind == ElementwiseKind.Power ? 1.5 : 0.25), [x], []);
    }

    private static IEnumerable<Graph> Layers()
    {
        yield return Image(
            "conv", (g, x) => g.Conv2d("op", x, 6, new(3, 1), new(2, 1), new(1, 0), bias: true, groups: 2));
        yield return Image("conv_dilated", (g, x) => g.Conv2d("op", x, 3, 3, padding: 2, dilation: new(2, 1)));
        yield return Image("conv_depthwise", (g, x) => g.Conv2d("op", x, 8, 3, groups: 4));
        yield return Image(
            "transposed", (g, x) => g.ConvTranspose2d("op", x, 6, new(3, 2), 2, new(1, 0), new(1, 0), groups: 2));
        yield return Image(
            "transposed_wide_output", (g, x) => g.ConvTranspose2d("op", x, 3, 3, 1, 1, new(1, 0), dilation: 2));
        yield return Image("transposed_dilated", (g, x) => g.ConvTranspose2d("op", x, 3, 3, bias: false, dilation: 2));
        yield return Of("linear", [5], (g, x) => g.Linear("op", x, 3));
        yield return Of("linear_no_bias", [5], (g, x) => g.Linear("op", x, 3, bias: false));
        yield return Of("linear_tokens", [4, 5], (g, x) => g.Linear("op", x, 3));
        yield return Of("linear_images", [2, 4, 5], (g, x) => g.Linear("op", x, 3, bias: false));
        yield return Of("embedding", [4], (g, x) => g.Embedding("op", x, 6, 3));
        yield return Of("embedding_of_range", [4], (g, x) => g.Embedding("op", g.Slice("first", x, 1, 0, 2), 6, 3));
        foreach (var reverse in new[] { false, true })
        {
            yield return Of(
                $"lstm_{reverse}", [5, 3], (g, x) => Recurrent(g, new Lstm(reverse), x, gates: 4, bias: true));
            yield return Of(
                $"lstm_no_bias_{reverse}", [5, 3], (g, x) => Recurrent(g, new Lstm(reverse), x, gates: 4, bias: false));
            yield return Of(
                $"gru_{reverse}", [5, 3], (g, x) => Recurrent(g, new Gru(reverse), x, gates: 3, bias: true));
            yield return Of(
                $"gru_no_bias_{reverse}", [5, 3], (g, x) => Recurrent(g, new Gru(reverse), x, gates: 3, bias: false));
        }

        foreach (var (reverse, relu) in new[] { (false, false), (true, true) })
        {
            yield return Of(
                $"rnn_{relu}", [5, 3], (g, x) => Recurrent(g, new Rnn(reverse, relu), x, gates: 1, bias: true));
            yield return Of(
                $"rnn_bare_{relu}", [5, 3], (g, x) => Recurrent(g, new Rnn(reverse, relu), x, gates: 1, bias: false));
            yield return Of(
                $"rnn_states_{relu}",
                [5, 3],
                (g, x) => Recurrent(g, new Rnn(reverse, relu), x, gates: 1, bias: true, states: 1));
            foreach (var bias in new[] { false, true })
            {
                yield return Of(
                    $"gru_resets_before_{reverse}_{bias}",
                    [5, 3],
                    (g, x) => Recurrent(g, new Gru(reverse, ResetsBefore: true), x, 3, bias, states: bias ? 1 : 0));
                yield return Of(
                    $"lstm_peepholes_{reverse}_{bias}",
                    [5, 3],
                    (g, x) => Recurrent(
                        g, new Lstm(reverse, WithCell: bias, Peepholes: true), x, 4, bias, bias ? 2 : 0, peepholes: 3));
                yield return Of(
                    $"lstm_cell_{reverse}_{bias}",
                    [5, 3],
                    (g, x) => Recurrent(g, new Lstm(reverse, WithCell: true), x, gates: 4, bias, states: bias ? 2 : 0));
            }
        }

        var hard = new GateActivations(RecurrentActivation.HardSigmoid, RecurrentActivation.Relu);
        yield return Of(
            "lstm_hard", [5, 3], (g, x) => Recurrent(g, new Lstm(Activations: hard), x, gates: 4, bias: true));
        yield return Of(
            "gru_hard", [5, 3], (g, x) => Recurrent(g, new Gru(Activations: hard), x, gates: 3, bias: true));
        yield return Of("lstm_deep", [5, 3], (g, x) => g.Lstm("op", x, 2, layers: 2, bidirectional: true));
    }

    // The states before the first step are linear in its input.
    private static Value Recurrent(
        GraphBuilder g, Operator op, Value x, int gates, bool bias, int states = 0, int peepholes = 0)
    {
        ImmutableArray<long[]> shapes = [[gates * 2, 3], [gates * 2, 2], [gates * 2], [gates * 2]];
        IEnumerable<long[]> further = peepholes > 0 ? [[peepholes * 2]] : [];
        var first = states > 0 ? g.Flatten("first", g.Slice("first_step", x, 1, 0, 1)) : x;
        Value[] given = [.. Enumerable.Range(0, states).Select(state => g.Linear($"state_{state}", first, 2))];
        return g.Add("op", op, [x, .. given],
        [
            .. shapes.Take(bias ? 4 : 2).Concat(further).Select((shape, index) => new ParameterSpec(
                $"op.{index}", [.. shape], index < 2 ? ParameterRole.Weight : ParameterRole.Bias,
                Initialization.Uniform(1))),
        ]);
    }

    private static IEnumerable<Graph> Pools()
    {
        foreach (var (ceil, padding) in new[] { (false, 0), (false, 1), (true, 0), (true, 1) })
        {
            var name = $"pool_{ceil}_{padding}";
            yield return Image($"{name}_max", (g, x) => g.MaxPool2d("op", x, new(3, 2), 2, padding, ceil));
            yield return Image($"{name}_average", (g, x) => g.AveragePool2d("op", x, new(3, 2), 2, padding, ceil));
            yield return Image(
                $"{name}_average_of_inside",
                (g, x) => g.AveragePool2d("op", x, new(3, 2), 2, padding, ceil, countPadding: false));
            yield return Of($"{name}_even", [2, 8, 9], (g, x) => g.AveragePool2d("op", x, 3, 2, padding, ceil));
        }

        yield return Image("max_dilated", (g, x) => g.MaxPool2d("op", x, 3, 1, 1, dilation: 2));
        yield return Of(
            "max_dilated_overhang", [2, 8, 8], (g, x) => g.MaxPool2d("op", x, 2, 4, 1, ceilMode: true, dilation: 4));
        foreach (var size in new Pair[] { 1, new(2, 3), new(7, 2), new(9, 8), new(4, 4) })
        {
            yield return Of($"adaptive_average_{size}", [2, 7, 6], (g, x) => g.AdaptiveAveragePool2d("op", x, size));
            yield return Of(
                $"adaptive_average_even_{size}", [2, 8, 12], (g, x) => g.AdaptiveAveragePool2d("op", x, size));
            yield return Of($"adaptive_max_{size}", [2, 7, 6], (g, x) => g.AdaptiveMaxPool2d("op", x, size));
            yield return Of($"adaptive_max_even_{size}", [2, 8, 12], (g, x) => g.AdaptiveMaxPool2d("op", x, size));
        }
    }

    private static IEnumerable<Graph> Norms()
    {
        yield return Image("batch_norm", (g, x) => g.BatchNorm2d("op", x, epsilon: 0.125));
        yield return Image("group_norm", (g, x) => g.GroupNorm("op", x, 2, epsilon: 0.125));
        yield return Of("group_norm_matrix", [6], (g, x) => g.GroupNorm("op", x, 2));
        yield return Of("group_norm_tokens", [6, 3], (g, x) => g.GroupNorm("op", x, 3));
        yield return Image("group_norm_bare", (g, x) => g.Add("op", new GroupNorm(2, 1e-5), [x], []));
        yield return Image("instance_norm", (g, x) => g.InstanceNorm2d("op", x, affine: true, epsilon: 0.125));
        yield return Image("instance_norm_bare", (g, x) => g.InstanceNorm2d("op", x));
        yield return Of("layer_norm", [4, 6], (g, x) => g.LayerNorm("op", x, 0.125));
        yield return Of("layer_norm_bare", [4, 6], (g, x) => g.Add("op", new LayerNorm(1e-5, 2), [x], []));
        yield return Image("layer_norm_of_three", (g, x) => g.Add("op", new LayerNorm(1e-5, 3), [x],
        [
            new("op.weight", [4, 7, 6], ParameterRole.NormWeight, Initialization.Constant(1)),
            new("op.bias", [4, 7, 6], ParameterRole.NormBias, Initialization.Constant(0)),
        ]));
        yield return Of("rms_norm", [4, 6], (g, x) => g.RmsNorm("op", x, 0.125));
        yield return Of("normalize", [4, 6], (g, x) => g.Normalize("op", x));
    }
}
