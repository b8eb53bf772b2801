using System.Text.Json.Nodes;

namespace Ocs.Benchmarks;

/// <summary>
/// The time of one cycle beside the same training without pruning, by `ocs train` and `ocs baseline` on CIFAR-10: whole commands that take
/// turns of some seconds, each with all cores, so that what else the machine does hits both. The dense one ends later, in one go.
/// </summary>
internal static class CycleFigures
{
    private const double Target = 0.6;

    /// <summary>t* over all epochs.</summary>
    internal const double CutAt = 0.3;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(4);

    private static readonly (string How, string[] Options)[] Cycles =
    [
        ("preset paper", []),
        ("ranking isomorphic and nothing of the last stage, whose MACs take the least time", ["--set", "pruning.ranking=isomorphic", "--set", "pruning.maximum-pruned-of=[layer3=0.01]"]),
    ];

    public static IEnumerable<Figure> Measure(Settings settings)
    {
        var ocs = Path.Combine(Machine.Root, "ocs");
        var folder = Directory.CreateTempSubdirectory("ocs-cycle-");
        try
        {
            var cut = Math.Max(1, (int)Math.Round(CutAt * settings.Epochs));
            var config = Path.Combine(folder.FullName, "cycle.yaml");
            File.WriteAllText(config, $"""
                model: cifar_resnet56
                data: cifar10
                preset: paper
                data-limit: {settings.Images}
                training:
                  epochs: {settings.Epochs}
                  schedule: cosine
                pruning:
                  target: {FormattableString.Invariant($"{Target}")}
                  sparsity-start-epoch: 0
                  latest-cut-epoch: {cut}

                """);
            string Run(int number) => Path.Combine(folder.FullName, $"run-{number}");
            var seconds = Child.ExecuteInTurns(
                ocs,
                [
                    .. Cycles.Select((cycle, number) => (string[])["train", config, "--out", Run(number), .. cycle.Options]),
                    ["baseline", config, "--out", Run(Cycles.Length)],
                ],
                Turn);
            return [.. Cycles.SelectMany((cycle, number) => Cycle(settings, cycle.How, Run(number), seconds[number], seconds[^1]))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Its clock ran on while it stood still, so only its counts are taken.
    private static IEnumerable<Figure> Cycle(Settings settings, string how, string run, double seconds, double dense)
    {
        var cycle = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "summary.json")))!;
        var start = (double)cycle["cut_epoch"]! / settings.Epochs;
        var remaining = (double)cycle["macs_after"]! / (double)cycle["macs_before"]!;
        var share = seconds / dense;
        yield return new(
            $"one cycle, cifar_resnet56, {how}, {settings.Epochs} epochs of {settings.Images:N0} images, cut before epoch {cycle["cut_epoch"]}, {1 - remaining:P1} of the MACs removed",
            $"{seconds:F0} s", $"{dense:F0} s (without pruning)", $"{1 / share:F2}", "-");
        yield return Share("its share of the dense time", share, start, remaining);
    }

    /// <summary>A cycle's share of the dense time beside the ideal, in which steps after the cut take the remaining share of the MACs.</summary>
    internal static Figure Share(string what, double share, double start, double remaining)
    {
        var ideal = start + ((1 - start) * remaining);
        return new(what, $"{share:F3}", $"{ideal:F3} (ideal)", $"{ideal / share:F2}", "at least 0.91 (1.1 x the ideal)");
    }
}
