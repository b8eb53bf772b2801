using System.Text.Json.Nodes;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>Compares steps of cifar_resnet56 with steps of cut versions. Weights are random.</summary>
internal static class CutNetworks
{
    private const string Name = "cifar_resnet56";

    // Of each group in the network's order: the first residual sum and the image, then within each block; the other two
    // sums come behind the first block of theirs, and the classes last.
    private static readonly (string Whose, int[] Kept)[] Shapes =
    [
        // ocs inspect cifar_resnet56 --weights FILE.pth
        ("the network that OCSPruner's authors published",
        [
            9, 3, 9, 5, 9, 11, 9, 10, 10, 9, 10,
            25, 22, 21, 18, 19, 19, 17, 16, 16, 10,
            51, 44, 45, 41, 43, 44, 42, 38, 36, 43, 10,
        ]),
        // The result of CycleFigures' second run with 12,800 images.
        ("a cut by ranking isomorphic that takes nothing of the last stage",
        [
            5, 3, 9, 8, 10, 6, 3, 1, 4, 1, 3,
            12, 10, 12, 14, 13, 6, 9, 10, 5, 9,
            64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 10,
        ]),
    ];

    public static IEnumerable<Figure> Measure(Settings settings)
    {
        for (var shape = 0; shape < Shapes.Length; shape++)
        {
            foreach (var threads in new[] { 1, settings.Threads }.Distinct())
            {
                var run = Child.StartSelf(
                    "cut", $"{shape}", $"{threads}", $"{settings.WarmUps}", $"{settings.Steps * settings.Rounds}");
                var (remaining, faster) = ((double)run["macs"]!, (double)run["faster"]!);
                yield return new(
                    $"training step, {Name}, batch 128, fp32, {threads} {(threads == 1 ? "thread" : "threads")}, with "
                        + $"the channels of {Shapes[shape].Whose}: {remaining:P1} of the MACs",
                    $"{(double)run["cut_ms"]!:F0} ms", $"{(double)run["whole_ms"]!:F0} ms (whole)", $"{faster:F2}",
                    $"{1 / remaining:F2} (as the MACs)");
                const double start = CycleFigures.CutAt;
                yield return CycleFigures.Share(
                    $"so much of the whole one's time do steps take that are cut to it at {start:P0}",
                    start + ((1 - start) / faster), start, remaining);
            }
        }
    }

    /// <summary>
    /// Alternates steps of the whole and the cut network in one process, so that other load on the machine affects
    /// both.
    /// </summary>
    public static JsonObject Run(int shape, int threads, int warmUps, int steps)
    {
        TorchRuntime.Threads = threads;
        var whole = Models.Build(Name);
        using var before = new TrainingStep(whole, format: null);
        using var after = new TrainingStep(Cut(whole, Shapes[shape].Kept), format: null);
        List<(double Before, double After)> turns =
            [.. Enumerable.Range(0, warmUps + steps).Select(_ => (before.Run(), after.Run())).Skip(warmUps)];
        return new()
        {
            ["macs"] = (double)after.Graph.Macs / whole.Macs,
            ["whole_ms"] = turns.Select(turn => turn.Before).ToList().Median(),
            ["cut_ms"] = turns.Select(turn => turn.After).ToList().Median(),
            ["faster"] = turns.Select(turn => turn.Before / turn.After).ToList().Median(),
        };
    }

    private static Graph Cut(Graph whole, int[] channels)
    {
        var coupling = CouplingGraph.Build(whole);
        var pruned = coupling.Groups.Zip(
            channels, (group, kept) => Enumerable.Range(kept, group.Channels - kept).ToList());
        return CutPlan.Create(coupling, Subnetwork.FromPruned(coupling.Groups, pruned)).After;
    }
}
