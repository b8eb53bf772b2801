using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Testing;

/// <content>Blocks of the operators that fewer networks have.</content>
public sealed partial record RandomGraph
{
    private static int Channels(GraphBuilder g, Value x) => (int)g.ShapeOf(x)[1];

    // Squeeze and excitation, or a map of positions; by a product, a sum, a difference, an extreme, or a quotient whose
    // divisor is never near 0.
    private static Value Gate(GraphBuilder g, Dice dice, string name, Value x)
    {
        var wholeImage = dice.Chance(0.5);
        var squeezed = wholeImage
            ? g.Reduce($"{name}.squeeze", x, dice.Pick(ReduceKind.Mean, ReduceKind.Max), [2, 3], keepDimensions: true)
            : x;
        var gate = g.Conv2d($"{name}.gate", squeezed, wholeImage ? Channels(g, x) : 1, 1, bias: true);
        gate = g.Activation($"{name}.sigmoid", gate, ActivationKind.Sigmoid);
        return dice.Roll(6) switch
        {
            0 => g.Add($"{name}.add", gate, x),
            1 => g.Subtract($"{name}.subtract", x, gate),
            2 => g.Divide($"{name}.divide", x, gate),
            3 => g.Maximum($"{name}.maximum", x, gate),
            4 => g.Minimum($"{name}.minimum", gate, x),
            _ => g.Multiply($"{name}.multiply", x, gate),
        };
    }

    // A function of numbers from 0.2 to 0.8, where it has values and no steps.
    private static Value Function(GraphBuilder g, Dice dice, string name, Value x)
    {
        var share = g.Activation($"{name}.share", x, ActivationKind.Sigmoid);
        var inside = g.Affine($"{name}.inside", share, [0.6], [0.2]);
        return g.Add($"{name}.function", Function(g, dice, x), [inside], []);
    }

    private static Operator Function(GraphBuilder g, Dice dice, Value x) => dice.Roll(12) switch
    {
        0 => new Clamp(0.3, 0.7),
        1 => new CumulativeSum(2),
        2 => new TopK((int)g.ShapeOf(x)[3], 3),
        _ => new Elementwise(dice.Pick<ElementwiseKind>(Functions), 0.5),
    };

    private static Value Shuffled(GraphBuilder g, Dice dice, string name, Value x)
    {
        var channels = Channels(g, x);
        var groups = channels % 3 == 0 ? 3 : channels % 2 == 0 ? 2 : 1;
        if (dice.Chance(0.5))
        {
            return g.ChannelShuffle($"{name}.shuffle", x, groups);
        }

        var parts = g.Chunk($"{name}.chunk", x, 1, 2);
        var low = g.ChannelShuffle($"{name}.low", ConvNormActivation(g, dice, $"{name}.a", parts[0], 4), 2);
        return g.ChannelShuffle($"{name}.shuffle", g.Concat($"{name}.join", 1, low, low, parts[^1], parts[^1]), 2);
    }

    private static Value PaddedShortcut(GraphBuilder g, Dice dice, string name, Value x)
    {
        var (before, after) = (dice.Roll(3), 1 + dice.Roll(2));
        var shortcut = g.PadChannels($"{name}.pad", g.Subsample($"{name}.half", x, 2), before, after);
        return Activate(g, dice, $"{name}.act", dice.Chance(0.2) ? shortcut : g.Add($"{name}.add", Branch(), shortcut));

        Value Branch() => g.Conv2d($"{name}.conv", x, Channels(g, x) + before + after, 3, stride: 2, padding: 1);
    }

    private static Value WholeGroups(GraphBuilder g, Dice dice, string name, Value x)
    {
        var groups = Channels(g, x) % 3 == 0 ? 3 : Channels(g, x) % 2 == 0 ? 2 : 1;
        x = dice.Chance(0.5)
            ? g.Conv2d(
                name, x, groups * dice.Pick(2, 3), 1, groups: groups, bias: true, policy: GroupPolicy.WholeGroups)
            : g.ConvTranspose2d(name, x, groups * dice.Pick(2, 3), 1, groups: groups, policy: GroupPolicy.WholeGroups);
        return g.GroupNorm($"{name}.norm", x, groups, GroupPolicy.WholeGroups);
    }

    private static Value Transposed(GraphBuilder g, Dice dice, string name, Value x)
    {
        var groups = dice.Pick(1, Channels(g, x) % 2 == 0 ? 2 : 1, Channels(g, x));
        var y = g.ConvTranspose2d(
            name, x, groups * dice.Pick(2, 3), 2, stride: 1, bias: dice.Chance(0.5), groups: groups);
        return Activate(g, dice, $"{name}.act", g.BatchNorm2d($"{name}.norm", y));
    }

    private static Value Normed(GraphBuilder g, Dice dice, string name, Value x) => dice.Roll(4) switch
    {
        0 => g.GroupNorm(name, Border(g, dice, $"{name}.border", x), Channels(g, x)),
        1 => g.InstanceNorm2d(name, Border(g, dice, $"{name}.border", x), affine: dice.Chance(0.5)),
        2 => g.PRelu(name, g.LayerScale2d($"{name}.scale", x, 1), slopePerChannel: dice.Chance(0.5)),
        _ => g.StochasticDepth(name, g.Dropout2d($"{name}.dropout", x, 0.2), 0.2),
    };

    private static Value Border(GraphBuilder g, Dice dice, string name, Value x) =>
        g.Pad2d(
            name,
            x,
            1,
            new(0, 1),
            Math.Min(g.ShapeOf(x)[2], g.ShapeOf(x)[3]) > 1
                ? dice.Pick(Enum.GetValues<PaddingMode>())
                : PaddingMode.Constant);

    private static Value Rearranged(GraphBuilder g, Dice dice, string name, Value x)
    {
        var channels = Channels(g, x);
        return dice.Roll(9) switch
        {
            0 when channels < 10 => g.PixelUnshuffle(
                name, g.UpsampleBy($"{name}.up", x, 2, dice.Pick(Enum.GetValues<UpsampleMode>())), 2),
            1 => g.Roll(name, x, [1], [2]),
            2 when channels < 20 => g.RepeatChannels(name, x, 2),
            3 when channels > 2 => g.SelectChannels(
                name, x, [.. Enumerable.Range(0, channels).Reverse().Where(channel => channel != 1)]),
            4 => g.Multiply(name, x, g.Expand($"{name}.expand", g.Conv2d($"{name}.one", x, 1, 1), 1, channels)),
            5 when channels > 4 && channels % 4 == 0 => g.PixelShuffle(name, x, 2),
            6 => g.Affine(name, x, [.. Constants(dice, channels)], [.. Constants(dice, dice.Pick(1, channels))]),
            7 when g.ShapeOf(x)[3] > 3 => Resampled(g, dice, name, x),
            _ => g.Softmax(name, x, dimension: 2),
        };
    }

    // One row less or two more; columns by a scale that leaves part of a position out.
    private static Value Resampled(GraphBuilder g, Dice dice, string name, Value x)
    {
        const double Scale = 1.37;
        var (height, width) = ((int)g.ShapeOf(x)[2], (int)g.ShapeOf(x)[3]);
        var rows = dice.Pick(Math.Max(height - 1, 1), height + 2);
        var op = new Resample(
            new(rows, (int)(width * (float)Scale)), (double)rows / height, (float)Scale,
            dice.Pick(Enum.GetValues<ResampleMode>()),
            dice.Pick(ResamplePositions.HalfPixel, ResamplePositions.PytorchHalfPixel, ResamplePositions.Asymmetric),
            dice.Pick(Enum.GetValues<ResampleRounding>()), -0.5, dice.Chance(0.5));
        return g.Add(name, op, [x], []);
    }

    private static IEnumerable<double> Constants(Dice dice, int count) =>
        Enumerable.Range(0, count).Select(_ => dice.Pick(-0.5, 0.5, 2.0)).ToList();

    // One convolution twice, and once more after it: its channels are tied to themselves.
    private static Value Shared(GraphBuilder g, Dice dice, string name, Value x)
    {
        var first = g.Conv2d($"{name}.first", x, Channels(g, x), 3, padding: 1, bias: dice.Chance(0.5));
        var second = g.Share($"{name}.second", first, g.Relu($"{name}.act", first));
        return g.Add($"{name}.add", second, x);
    }
}
