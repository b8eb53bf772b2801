using System.Globalization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Testing;

/// <summary>
/// A small detector drawn from a seed: a trunk with a residual sum, maps that are pooled with a ceiling, dilated,
/// normalised to a length at each position, and heads in either order of boxes.
/// </summary>
public sealed record RandomDetector(int Seed)
{
    private const int Classes = 3;

    /// <summary>The network; the same each time.</summary>
    public Graph Build()
    {
        var dice = new Dice(Seed);
        var g = new GraphBuilder(string.Create(CultureInfo.InvariantCulture, $"detector{Seed}"));
        var x = g.Relu("relu1", Conv(g, dice, "conv1", g.Input("input", 3, 9, 11), dice.Pick(4, 6)));
        x = g.Relu("sum.relu", g.Add("sum", x, Conv(g, dice, "conv2", x, (int)g.ShapeOf(x)[1])));
        var first = dice.Chance(0.7) ? Scaled(g, x) : x;
        x = g.MaxPool2d("pool", x, 2, ceilMode: dice.Chance(0.5));
        x = g.Conv2d("dilated", x, dice.Pick(5, 7), 3, padding: 2, dilation: 2, bias: true);
        x = g.Relu("relu2", x);
        var second = g.Relu("relu3", g.Conv2d("last", x, dice.Pick(3, 8), 3, 2, padding: 1, bias: true));
        var order = dice.Pick(DefaultBoxOrder.SizeFirst, DefaultBoxOrder.CellFirst);
        Value[] maps = [first, second];
        var boxes = new DefaultBoxes(
            [.. maps.Select((map, i) => Map(g, map, 2 + i))], order, ClampsCentres: dice.Chance(0.5));
        var offsets = g.Add("boxes", boxes, [Head(g, maps, "offsets", 4, order)], []);
        return g.Build(offsets, Head(g, maps, "scores", Classes, order));
    }

    /// <summary>Values away from neutral starts, so that no mistake hides behind a 0 or a 1.</summary>
    public ParameterTable Parameters(Graph graph)
    {
        var dice = new Dice(Seed + 1);
        return ParameterTable.FromTensors(graph, graph.Parameters.ToDictionary(
            spec => spec.Name,
            spec => Tensor.FromArray<float>(
                dice.Floats(spec.ElementCount, spec.Role == ParameterRole.NormWeight ? 0.3 : -0.5, 0.5),
                spec.Shape.AsSpan()),
            StringComparer.Ordinal));
    }

    /// <summary>Images.</summary>
    public Tensor Batch(int count = 2) =>
        Tensor.FromArray<float>(new Dice(Seed + 2).Floats(count * 3 * 9 * 11, -1, 1), [count, 3, 9, 11]);

    private static Value Conv(GraphBuilder g, Dice dice, string name, Value x, int channels) =>
        g.Conv2d(name, x, channels, 3, padding: 1, bias: dice.Chance(0.5));

    private static Value Scaled(GraphBuilder g, Value x)
    {
        var rows = g.Normalize("length.unit", g.Permute("length.rows", x, 0, 2, 3, 1));
        var factor = new ParameterSpec(
            "length.factor", [g.ShapeOf(x)[1]], ParameterRole.NormWeight, Initialization.Constant(1));
        return g.Add("length", new LayerScale2d(), [g.Permute("length.channels", rows, 0, 3, 1, 2)], [factor]);
    }

    private static DefaultBoxMap Map(GraphBuilder g, Value map, int sizes)
    {
        var shape = g.ShapeOf(map);
        return new(
            (int)shape[2], (int)shape[3], 1.0 / shape[2], 1.0 / shape[3],
            [.. Enumerable.Range(1, sizes).Select(size => new DefaultBoxSize(0.2 * size, 0.1 * size))]);
    }

    private static Value Head(GraphBuilder g, Value[] maps, string name, int width, DefaultBoxOrder order)
    {
        var parts = maps.Select((map, i) =>
        {
            var (sizes, shape) = (2 + i, g.ShapeOf(map));
            var x = g.Conv2d($"{name}.{i}", map, sizes * width, 3, padding: 1, bias: true);
            return order == DefaultBoxOrder.SizeFirst
                ? g.Reshape($"{name}.{i}.flat", x, [1, width, sizes * shape[2] * shape[3]])
                : g.Reshape(
                    $"{name}.{i}.flat", g.Permute($"{name}.{i}.rows", x, 0, 2, 3, 1),
                    [1, sizes * shape[2] * shape[3], width]);
        }).ToArray();
        return order == DefaultBoxOrder.CellFirst
            ? g.Concat(name, 1, parts)
            : g.Permute($"{name}.rows", g.Concat(name, 2, parts), 0, 2, 1);
    }
}
