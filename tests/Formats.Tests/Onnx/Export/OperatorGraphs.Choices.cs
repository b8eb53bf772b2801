using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Tests.Onnx.Export;

/// <content>Comparisons, choices by them, and places of elements.</content>
internal static partial class OperatorGraphs
{
    private static IEnumerable<Graph> Choices()
    {
        foreach (var kind in Enum.GetValues<ComparisonKind>())
        {
            yield return Image($"comparison_{kind}", (g, x) => Compared(g, "op", x, kind));
        }

        yield return Image("where", (g, x) => g.Add(
            "op", new Where(), [Compared(g, "above", x, ComparisonKind.Greater), x, g.Slice("one", x, 1, 1, 1)], []));
        yield return Image("where_number", (g, x) => g.Add(
            "op", new Where(Chosen: -7), [Compared(g, "above", x, ComparisonKind.Less), x], []));
        yield return Image("where_other_number", (g, x) => g.Add(
            "op", new Where(Otherwise: float.MinValue), [Compared(g, "above", x, ComparisonKind.Less), x], []));
        yield return Image("where_numbers", (g, x) => g.Add(
            "op", new Where(2, -3), [Compared(g, "above", x, ComparisonKind.Equal)], []));
        foreach (var (places, smallest) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            // Without a layer with weights behind it a TopK is kept as it is.
            yield return Image(
                $"top_k_{places}_{smallest}",
                (g, x) => g.Linear("behind", g.Add("op", new TopK(3, 2, smallest, places), [x], []), 2));
            yield return Image(
                $"arg_max_{places}_{smallest}", (g, x) => g.Add(
                    "op", new ArgMax(3, KeepDimension: places, smallest, TakesLast: places), [Steps(g, x)], []));
            yield return Image(
                $"cumulative_sum_{places}_{smallest}",
                (g, x) => g.Add("op", new CumulativeSum(2, places, smallest), [x], []));
        }

        yield return Image("gather_elements", (g, x) => g.Add(
            "op", new GatherElements(2), [x, g.Add("place", new ArgMax(2, KeepDimension: true), [x], [])], []));
        yield return Image("gather_elements_from_behind", (g, x) => g.Linear(
            "behind",
            g.Add(
                "op", new GatherElements(3),
                [x, g.Affine("negative", g.Add("places", new TopK(2, 3, GivesPlaces: true), [x], []), [-1], [-1])], []),
            2));
    }

    private static Value Compared(GraphBuilder g, string name, Value x, ComparisonKind kind) =>
        g.Add(name, new Comparison(kind), [Steps(g, x, name), g.Slice($"{name}.one", x, 1, 1, 1)], []);

    // Whole numbers, some of which are equal.
    private static Value Steps(GraphBuilder g, Value x, string name = "steps") =>
        g.Add($"{name}.whole", new Elementwise(ElementwiseKind.Round), [x], []);
}
