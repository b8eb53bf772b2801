using System.Globalization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Testing;

/// <summary>
/// A small network drawn from a seed: residual sums, concats, slices, grouped and depthwise convolutions, several
/// activations, pooling, flatten and linear layers, in any order, and what <c>RandomGraph.Images.cs</c> adds.
/// </summary>
public sealed partial record RandomGraph(int Seed, int Blocks)
{
    // The exponential of an exponential is too large for float32.
    private static readonly ActivationKind[] Kinds =
        [.. Enum.GetValues<ActivationKind>().Where(kind => kind != ActivationKind.Exp)];

    // Steps of functions are met by rounding.
    private static readonly ElementwiseKind[] Functions =
    [
        .. Enum.GetValues<ElementwiseKind>().Except(
        [
            ElementwiseKind.Sign, ElementwiseKind.Floor, ElementwiseKind.Ceiling, ElementwiseKind.Round,
            ElementwiseKind.Threshold, ElementwiseKind.Truncate, ElementwiseKind.Acosh,
        ]),
    ];

    /// <summary>The network; the same each time.</summary>
    public Graph Build()
    {
        var dice = new Dice(Seed);
        var g = new GraphBuilder(string.Create(CultureInfo.InvariantCulture, $"random{Seed}x{Blocks}"));
        var size = dice.Pick(5, 6, 8);
        var x = g.Input("input", dice.Pick(1, 2, 3), size, size);
        // Of channels that stay: those that leave make others neighbours.
        x = dice.Chance(0.1) ? g.Add("neighbours", new LocalResponseNorm(dice.Pick(3, 5), 0.5), [x], []) : x;
        x = ConvNormActivation(g, dice, "stem", x, dice.Pick(4, 6));
        for (var block = 0; block < Blocks; block++)
        {
            x = Block(g, dice, $"block{block}", x);
        }

        return g.Build(Head(g, dice, x));
    }

    /// <summary>
    /// Weights and statistics away from their neutral starts, so that no mistake hides behind a 0 or a 1.
    /// </summary>
    public ParameterTable Parameters(Graph graph)
    {
        var dice = new Dice(Seed + 1);
        return ParameterTable.FromTensors(graph, graph.Parameters.ToDictionary(
            spec => spec.Name,
            spec => spec.Role switch
            {
                ParameterRole.Counter => Tensor.FromArray<long>([7], spec.Shape.AsSpan()),
                ParameterRole.NormWeight => Draw(dice, spec, 0.5, 1.5),
                ParameterRole.Buffer when spec.Name.EndsWith("running_var", StringComparison.Ordinal) =>
                    Draw(dice, spec, 0.5, 2),
                _ => Draw(dice, spec, -0.5, 0.5),
            },
            StringComparer.Ordinal));
    }

    /// <summary>Random images, [count, C, H, W].</summary>
    public Tensor Batch(Graph graph, int count = 2)
    {
        var shape = graph.InputNodes.Single().Shape.SetItem(0, count);
        return Tensor.FromArray<float>(
            new Dice(Seed + 2).Floats(shape.Aggregate(1L, (a, b) => a * b), -1, 1), shape.AsSpan());
    }

    private static Tensor Draw(Dice dice, ParameterSpec spec, double low, double high) =>
        Tensor.FromArray<float>(dice.Floats(spec.ElementCount, low, high), spec.Shape.AsSpan());

    private static Value Block(GraphBuilder g, Dice dice, string name, Value x) =>
        (Channels(g, x) == 1 ? -1 : dice.Roll(19)) switch
        {
            0 or 1 => Residual(g, dice, name, x),
            2 => Branches(g, dice, name, x),
            3 => Grouped(g, dice, name, x),
            4 => Depthwise(g, dice, name, x),
            5 => Pool(g, dice, name, x),
            6 => SplitAndJoin(g, dice, name, x),
            7 => SplitAndAdd(g, dice, name, x),
            8 => g.Concat(name, 1, x, x),
            9 => Gate(g, dice, name, x),
            10 => Shuffled(g, dice, name, x),
            11 => PaddedShortcut(g, dice, name, x),
            12 => WholeGroups(g, dice, name, x),
            13 => Transposed(g, dice, name, x),
            14 => Normed(g, dice, name, x),
            15 => Rearranged(g, dice, name, x),
            16 => Shared(g, dice, name, x),
            17 => Function(g, dice, name, x),
            _ => ConvNormActivation(g, dice, name, x, dice.Pick(3, 4, 6)),
        };

    private static Value Head(GraphBuilder g, Dice dice, Value x)
    {
        x = dice.Chance(0.5) ? g.AdaptiveAveragePool2d("pool", x, dice.Pick(1, 2)) : x;
        x = g.Flatten("flatten", x);
        if (dice.Chance(0.5))
        {
            x = g.Linear("hidden", x, 5);
            x = g.Dropout("dropout", Activate(g, dice, "hidden.act", x), 0.3);
        }

        return g.Linear("classifier", x, 3);
    }

    private static Value Activate(GraphBuilder g, Dice dice, string name, Value x) =>
        g.Activation(name, x, dice.Chance(0.4) ? ActivationKind.Relu : dice.Pick<ActivationKind>(Kinds), slope: 0.2);

    private static Value ConvNormActivation(GraphBuilder g, Dice dice, string name, Value x, int channels)
    {
        var kernel = dice.Pick(1, 3);
        x = g.Conv2d($"{name}.conv", x, channels, kernel, padding: kernel / 2, bias: dice.Chance(0.3));
        x = dice.Chance(0.8) ? g.BatchNorm2d($"{name}.norm", x) : x;
        return Activate(g, dice, $"{name}.act", x);
    }

    private static Value Residual(GraphBuilder g, Dice dice, string name, Value x)
    {
        var channels = (int)g.ShapeOf(x)[1];
        var width = dice.Pick(channels, 4, 6);
        var y = ConvNormActivation(g, dice, $"{name}.a", x, dice.Pick(2, 4, 5));
        y = g.BatchNorm2d($"{name}.b.norm", g.Conv2d($"{name}.b.conv", y, width, 3, padding: 1));
        if (width != channels)
        {
            x = g.Conv2d($"{name}.projection", x, width, 1);
        }

        return Activate(
            g, dice, $"{name}.act", dice.Chance(0.5) ? g.Add($"{name}.add", y, x) : g.Add($"{name}.add", x, y));
    }

    private static Value Branches(GraphBuilder g, Dice dice, string name, Value x)
    {
        var a = ConvNormActivation(g, dice, $"{name}.a", x, dice.Pick(2, 3, 4));
        var b = ConvNormActivation(g, dice, $"{name}.b", x, dice.Pick(2, 4));
        return dice.Chance(0.3) ? g.Concat($"{name}.concat", 1, a, x, b) : g.Concat($"{name}.concat", 1, a, b);
    }

    private static Value Grouped(GraphBuilder g, Dice dice, string name, Value x)
    {
        var groups = g.ShapeOf(x)[1] % 3 == 0 ? 3 : g.ShapeOf(x)[1] % 2 == 0 ? 2 : 1;
        var y = g.Conv2d(name, x, groups * dice.Pick(2, 3), 3, padding: 1, bias: dice.Chance(0.5), groups: groups);
        return Activate(g, dice, $"{name}.act", g.BatchNorm2d($"{name}.norm", y));
    }

    private static Value Depthwise(GraphBuilder g, Dice dice, string name, Value x)
    {
        var channels = (int)g.ShapeOf(x)[1];
        var y = g.Conv2d(name, x, channels * dice.Pick(1, 2), 3, padding: 1, bias: dice.Chance(0.5), groups: channels);
        return Activate(g, dice, $"{name}.act", g.BatchNorm2d($"{name}.norm", y));
    }

    private static Value Pool(GraphBuilder g, Dice dice, string name, Value x) => g.ShapeOf(x)[2] < 4
        ? Activate(g, dice, name, x)
        : dice.Roll(4) switch
        {
            0 => g.MaxPool2d(name, x, 2),
            1 => g.MaxPool2d(name, x, 3, stride: 2, padding: 1, ceilMode: true),
            2 => g.AveragePool2d(
                name, x, 3, stride: 2, padding: 1, ceilMode: dice.Chance(0.5), countPadding: dice.Chance(0.5)),
            _ => g.AdaptiveMaxPool2d(name, x, new(3, 2)),
        };

    // A range of the channels goes through a layer of its own; the ranges may overlap.
    private static Value SplitAndJoin(GraphBuilder g, Dice dice, string name, Value x)
    {
        var channels = (int)g.ShapeOf(x)[1];
        var middle = channels / 2;
        var start = dice.Chance(0.3) ? middle - 1 : middle;
        var a = g.Slice($"{name}.low", x, 1, 0, middle);
        var b = g.Slice($"{name}.high", x, 1, start, channels - start);
        a = ConvNormActivation(g, dice, $"{name}.a", a, 3);
        return dice.Chance(0.5) ? g.Concat($"{name}.join", 1, b, a) : g.Concat($"{name}.join", 1, a, b);
    }

    private static Value SplitAndAdd(GraphBuilder g, Dice dice, string name, Value x)
    {
        var half = (int)g.ShapeOf(x)[1] / 2;
        var sum = g.Add(
            $"{name}.add", g.Slice($"{name}.low", x, 1, 0, half), g.Slice($"{name}.high", x, 1, half, half));
        return Activate(g, dice, $"{name}.act", sum);
    }
}
