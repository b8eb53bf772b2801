using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <summary>
/// Consecutive nodes whose values backward computes once more from those that they read, instead of keeping them.
/// </summary>
/// <param name="First">The first node.</param>
/// <param name="End">The node after the last.</param>
/// <param name="Inputs">The values that its nodes read and do not make; inputs of the network are among them.</param>
/// <param name="Outputs">The values that it makes for later nodes, or as outputs of the network.</param>
internal sealed record Stretch(int First, int End, ImmutableArray<int> Inputs, ImmutableArray<int> Outputs)
{
    // Twice as many stretches hardly save more, but the last one, which is not computed twice, gets shorter.
    private const double Enough = 1.1;
    private const int Most = 64;

    /// <summary>
    /// Divides a graph so that what is kept between stretches and what the largest one makes take little memory. Values
    /// are counted for one sample.
    /// </summary>
    public static ImmutableArray<Stretch> Of(Graph graph)
    {
        var lastUses = LastUses(graph);
        long[] sizes = [.. graph.Nodes.Select(node => node.Operator is Input ? 0 : Size(node))];
        var kept = Kept(lastUses, sizes);
        var divisions = Enumerable.Range(1, Math.Min(Most, graph.Nodes.Length))
            .Select(count => Divide(sizes, kept, count)).ToList();
        var peaks = divisions.ConvertAll(ends => Peak(ends, sizes, kept));
        var best = divisions[peaks.FindIndex(peak => peak <= Enough * peaks.Min())];
        return [.. best.Select((end, i) => Between(graph, lastUses, i == 0 ? 0 : best[i - 1], end))];
    }

    // By node, the last one that reads it; those that are read as outputs live to the end.
    private static int[] LastUses(Graph graph)
    {
        var lastUses = Enumerable.Range(0, graph.Nodes.Length).ToArray();
        for (var node = 0; node < lastUses.Length; node++)
        {
            foreach (var input in graph.Nodes[node].Inputs)
            {
                lastUses[input] = node;
            }
        }

        foreach (var output in graph.Outputs)
        {
            lastUses[output] = lastUses.Length;
        }

        return lastUses;
    }

    private static long Size(Node node) => node.Shape.Aggregate(1L, (product, size) => product * size);

    // By node, what is needed after it of it and those before.
    private static long[] Kept(int[] lastUses, long[] sizes)
    {
        var kept = new long[sizes.Length];
        for (var node = 0; node < sizes.Length; node++)
        {
            for (var after = node; after < Math.Min(lastUses[node], sizes.Length); after++)
            {
                kept[after] += sizes[node];
            }
        }

        return kept;
    }

    // Ends after about the same amount of values each, where the least is kept.
    private static List<int> Divide(long[] sizes, long[] kept, int count)
    {
        var share = (double)sizes.Sum() / count;
        var ends = new List<int>();
        var sum = 0.0;
        var best = -1;
        for (var node = 0; node < sizes.Length - 1 && ends.Count < count - 1; node++)
        {
            sum += sizes[node];
            var filled = sum - (share * ends.Count);
            if (filled >= share * 3 / 4 && (best < 0 || kept[node] <= kept[best]))
            {
                best = node;
            }

            if (best >= 0 && filled >= share * 5 / 4)
            {
                ends.Add(best + 1);
                best = -1;
            }
        }

        ends.Add(sizes.Length);
        return ends;
    }

    private static long Peak(List<int> ends, long[] sizes, long[] kept)
    {
        var largest = ends.Select((end, i) => sizes[(i == 0 ? 0 : ends[i - 1])..end].Sum()).Max();
        return largest + ends.SkipLast(1).Sum(end => kept[end - 1]);
    }

    private static Stretch Between(Graph graph, int[] lastUses, int first, int end)
    {
        var own = Enumerable.Range(first, end - first).Where(node => graph.Nodes[node].Operator is not Input).ToList();
        return new(
            first,
            end,
            [
                .. own.SelectMany(node => graph.Nodes[node].Inputs).Distinct().Order()
                    .Where(value => value < first || graph.Nodes[value].Operator is Input),
            ],
            [.. own.Where(node => lastUses[node] >= end)]);
    }
}
