using System.Text.Json.Nodes;

namespace Ocs.Benchmarks;

/// <summary>
/// Compares the time of one cycle with the same training without pruning, by `ocs train` and `ocs baseline` on
/// CIFAR-10. The commands alternate every few seconds, each with all cores, so that other load on the machine affects
/// both. The rest of the dense run is not interrupted.
/// </summary>
internal static class CycleFigures
{
    private const double Target = 0.6;

    /// <summary>t* divided by all epochs.</summary>
    internal const double CutAt = 0.3;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(4);

    // The last command is the one without pruning.
    private static readonly (string How, string[] Command)[] Runs =
    [
        ("preset paper", ["train"]),
        (
            "ranking isomorphic, nothing of the last stage, whose MACs take the least time",
            ["train", "--set", "pruning.ranking=isomorphic", "--set", "pruning.maximum-pruned-of=[layer3=0.01]"]),
        ("without pruning", ["baseline"]),
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
            string[] folders = [.. Runs.Select((_, number) => Path.Combine(folder.FullName, $"run-{number}"))];
            var seconds = Child.ExecuteInTurns(
                ocs, [.. Runs.Zip(folders, (run, output) => (string[])[.. run.Command, config, "--out", output])],
                Turn);

            // The runs' own clocks also count their pauses, so only other results are taken from them.
            var finished = folders.Zip(seconds, (output, time) =>
                new Finished(time, JsonNode.Parse(File.ReadAllText(Path.Combine(output, "summary.json")))!)).ToList();
            return [.. Runs[..^1].Zip(finished).SelectMany(
                run => Compare(settings, run.First.How, run.Second, finished[^1]))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<Figure> Compare(Settings settings, string how, Finished cycle, Finished dense)
    {
        var cut = (int)cycle.Summary["cut_epoch"]!;
        var remaining = (double)cycle.Summary["macs_after"]! / (double)cycle.Summary["macs_before"]!;
        var share = cycle.Seconds / dense.Seconds;
        yield return new(
            $"one cycle, cifar_resnet56, {how}: {settings.Epochs} epochs of {settings.Images:N0} images, cut before "
                + $"epoch {cut}, {1 - remaining:P1} of the MACs removed",
            $"{cycle}", $"{dense}, {Runs[^1].How}", $"{1 / share:F2}", "-");
        yield return Share("its share of the dense time", share, (double)cut / settings.Epochs, remaining);
    }

    /// <summary>
    /// A cycle's time relative to the dense time, compared with the ideal, in which steps after the cut take the
    /// remaining share of the MACs.
    /// </summary>
    internal static Figure Share(string what, double share, double start, double remaining)
    {
        var ideal = start + ((1 - start) * remaining);
        return new(
            what, $"{share:F3}", $"{ideal:F3} (ideal)", $"{ideal / share:F2}", "at least 0.91 (1.1 x the ideal)");
    }

    private sealed record Finished(double Seconds, JsonNode Summary)
    {
        public override string ToString() => $"{Seconds:F0} s, accuracy {(double)Summary["val_accuracy"]!:P2}";
    }
}
