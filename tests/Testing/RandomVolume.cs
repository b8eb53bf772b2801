using System.Globalization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Testing;

/// <summary>
/// A small network of videos drawn from a seed: a trunk with a residual sum and groups, a smaller scale and back, and a
/// recurrent layer over the frames.
/// </summary>
public sealed record RandomVolume(int Seed)
{
    private const int Frames = 4;
    private const int Classes = 3;

    /// <summary>The network; the same each time.</summary>
    public Graph Build()
    {
        var dice = new Dice(Seed);
        var g = new GraphBuilder(string.Create(CultureInfo.InvariantCulture, $"volume{Seed}"));
        var input = g.Input("input", 2, Frames, 6, 5);
        var x = Unit(g, "first", g.Conv3d("first", input, dice.Pick(4, 6), 3, padding: 1, bias: dice.Chance(0.5)));
        var channels = (int)g.ShapeOf(x)[1];
        var groups = dice.Pick(1, 2, channels);
        var branch = g.Conv3d("branch", x, channels, new(1, 3, 3), padding: new(0, 1, 1), groups: groups);
        x = g.Relu("sum.relu", g.Add("sum", Unit(g, "branch", branch), x));
        x = g.Concat("joined", 1, x, Back(g, dice, Small(g, dice, x)));
        x = g.Pad3d("border", x, new(0, 1, 0), new(0, 0, 1), dice.Pick(Enum.GetValues<PaddingMode>()));
        x = Unit(g, "last", g.Conv3d("last", x, dice.Pick(5, 6), 3, padding: new(1, 0, 0)));
        var frames = g.Reshape("positions", Pooled(g, dice, "frames", x, new(Frames, 1, 1)), [1, -1, Frames]);
        x = Recurrent(g, dice, g.Permute("steps", frames, 0, 2, 1));
        return g.Build(g.Linear("head", g.Select("last_step", x, 1, Frames - 1), Classes));
    }

    /// <summary>Values away from neutral starts, so that no mistake hides behind a 0 or a 1.</summary>
    public ParameterTable Parameters(Graph graph) => new RandomGraph(Seed, 1).Parameters(graph);

    /// <summary>Videos.</summary>
    public Tensor Batch(Graph graph) => new RandomGraph(Seed, 1).Batch(graph);

    private static Value Unit(GraphBuilder g, string name, Value x) =>
        g.Relu($"{name}.relu", g.BatchNorm2d($"{name}.norm", x));

    private static Value Small(GraphBuilder g, Dice dice, Value x)
    {
        var (ceil, padding) = (dice.Chance(0.5), dice.Roll(2));
        x = dice.Chance(0.5)
            ? g.MaxPool3d("small", x, 2, padding: padding, ceilMode: ceil)
            : g.AveragePool3d("small", x, 2, padding: padding, ceilMode: ceil);
        return g.Relu("middle.relu", g.Conv3d("middle", x, dice.Pick(4, 6), new(2, 1, 1), bias: true));
    }

    private static Value Back(GraphBuilder g, Dice dice, Value x)
    {
        Triple size = new(Frames, 6, 5);
        return dice.Roll(3) switch
        {
            0 => g.Upsample3d("up", x, size),
            1 => g.Upsample3d("up", x, size, linear: true, alignCorners: dice.Chance(0.5)),
            _ => Pooled(g, dice, "fitted", g.ConvTranspose3d("up", x, 4, 2, 2, groups: dice.Pick(1, 2)), size),
        };
    }

    private static Value Pooled(GraphBuilder g, Dice dice, string name, Value x, Triple size) =>
        dice.Chance(0.5) ? g.AdaptiveAveragePool3d(name, x, size) : g.AdaptiveMaxPool3d(name, x, size);

    // From a state that is linear in the first step, or from zero.
    private static Value Recurrent(GraphBuilder g, Dice dice, Value x)
    {
        var hidden = dice.Pick(3, 4);
        var (op, gates, states, further) = dice.Roll(4) switch
        {
            0 => ((Operator)new Rnn(dice.Chance(0.5), dice.Chance(0.5)), 1, 1, 0),
            1 => (new Gru(dice.Chance(0.5), ResetsBefore: true), 3, 1, 0),
            2 => (new Lstm(dice.Chance(0.5), WithCell: true), 4, 2, 0),
            _ => (new Lstm(dice.Chance(0.5), WithCell: true, Peepholes: true), 4, 2, 3),
        };
        var first = g.Flatten("first_step", g.Slice("first_of_steps", x, 1, 0, 1));
        Value[] given = dice.Chance(0.7)
            ? [.. Enumerable.Range(0, states).Select(state => g.Linear($"state{state}", first, hidden))]
            : [];
        long[][] shapes =
        [
            [gates * hidden, g.ShapeOf(x)[2]], [gates * hidden, hidden], [gates * hidden], [gates * hidden],
            .. further > 0 ? (long[][])[[further * hidden]] : [],
        ];
        x = g.Add(
            "recurrent",
            op,
            [x, .. given],
            [
                .. shapes.Select((shape, index) => new ParameterSpec(
                    $"recurrent.{index}",
                    [.. shape],
                    index < 2 ? ParameterRole.Weight : ParameterRole.Bias,
                    Initialization.Uniform(1))),
            ]);
        return op is Lstm ? g.Slice("cell_and_last", x, 1, 1, Frames) : x;
    }
}
