using Ocs.Reporting.Html;
using Ocs.Reporting.Tables;
using Ocs.RunLog;

namespace Ocs.Reporting.Tests;

public sealed class TablesTests
{
    private static RunFolder With(string name, string config) =>
        SampleRun.Folder with { Path = $"runs/{name}", Config = config };

    [Fact]
    public void Runs_differ_in_the_options_that_are_not_the_same_and_not_in_seeds()
    {
        RunFolder[] runs =
        [
            With("a", "# ocs train a.yaml\nmodel: m\nseed: 1\ntraining:\n  seed: 1\n  epochs: 4\npruning:\n  target: "
                + "0.5\n  scope: coupled\n"),
            With("b", "model: m\nseed: 2\ntraining:\n  seed: 2\n  epochs: 4\npruning:\n  target: 0.5\n  "
                + "scope: single-layer\n"),
        ];

        Assert.Equal(["scope coupled", "scope single-layer"], RunOptions.Differences(runs).ToArray());
    }

    [Fact]
    public void What_a_preset_brings_is_no_difference_but_what_is_set_over_it_is()
    {
        RunFolder[] runs =
        [
            With("a", "preset: paper\npruning:\n  saliency: norm\n  target: 0.5\n"),
            With("b", "preset: official\npruning:\n  saliency: squared-norm\n  target: 0.5\n"),
            With("c", "preset: official\npruning:\n  saliency: squared-norm\n  target: 0.6\n"),
        ];

        Assert.Equal(
            ["target 0.5, preset paper", "target 0.5, preset official", "target 0.6, preset official"],
            RunOptions.Differences(runs).Select(text => string.Join(", ", text.Split(", ").OrderDescending())));
    }

    [Fact]
    public void A_key_is_written_out_where_its_last_part_is_not_enough()
    {
        RunFolder[] runs =
        [
            With("a", "training:\n  scope: x\npruning:\n  scope: y\n"),
            With("b", "training:\n  scope: u\npruning:\n  scope: v\n"),
        ];

        Assert.Equal("pruning.scope y, training.scope x", RunOptions.Differences(runs)[0]);
    }

    [Fact]
    public void Csv_has_a_row_for_each_run_epoch_and_layer_and_quotes_what_needs_it()
    {
        var runs = NamedRun.Of([With("odd, \"name\"", SampleRun.Config), SampleRun.Several[3]]);

        var table = CsvTables.Runs(runs).Split("\r\n");
        Assert.Equal(4, table.Length);
        Assert.StartsWith("run,preset,differs_in,seed,epochs,target,accuracy,", table[0], StringComparison.Ordinal);
        Assert.StartsWith("\"odd, \"\"name\"\"\",paper,", table[1], StringComparison.Ordinal);
        Assert.StartsWith("run-4,under way,", table[2], StringComparison.Ordinal);
        Assert.Equal(1 + 20 + 4, CsvTables.Epochs(runs).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(
            1 + SampleRun.Folder.Summary!.Layers.Length,
            CsvTables.Layers(runs).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Top_5_accuracy_is_a_column_where_it_was_measured()
    {
        var run = SampleRun.Folder;
        var measured = run with
        {
            Summary = run.Summary! with { ValTop5Accuracy = 0.9812 },
            Records = [.. run.Records.Select(record => record with { ValTop5Accuracy = 0.5 })],
        };

        Assert.Contains("98.12", LatexTable.Render(NamedRun.Of([measured])), StringComparison.Ordinal);
        Assert.DoesNotContain("Top-5", LatexTable.Render(NamedRun.Of([run])), StringComparison.Ordinal);
        Assert.Equal("0.5", Cell(CsvTables.Epochs(NamedRun.Of([measured])), "val_top5_accuracy"));
        Assert.Equal("0.9812", Cell(CsvTables.Runs(NamedRun.Of([measured])), "top5_accuracy"));

        static string Cell(string table, string column)
        {
            string[][] rows = [.. table.Split("\r\n").Take(2).Select(row => row.Split(','))];
            return rows[1][Array.IndexOf(rows[0], column)];
        }
    }

    [Fact]
    public void Latex_escapes_what_it_would_read_as_commands()
    {
        var table = LatexTable.Render(NamedRun.Of([With("a_b & 50%", SampleRun.Config), SampleRun.Several[0]]));

        Assert.Contains("a\\_b \\& 50\\%", table, StringComparison.Ordinal);
        Assert.Contains("\\toprule", table, StringComparison.Ordinal);
        Assert.DoesNotContain('\u00a0', table);
        var columns = table.Split('\n')[3].Split(" & ").Length;
        Assert.All(
            table.Split('\n').Where(line => line.EndsWith("\\\\", StringComparison.Ordinal)),
            line => Assert.Equal(columns, line.Replace("\\&", "", StringComparison.Ordinal).Split(" & ").Length));
    }

    [Fact]
    public void An_unpruned_run_among_the_others_is_their_twin()
    {
        var own = SampleRun.Folder.Summary! with { Baseline = null };
        RunFolder Pruned(string path, RunSummary summary) => SampleRun.Folder with { Path = path, Summary = summary };
        var dense = Pruned(
            "runs/dense", own with { Kind = RunKind.Baseline, MacsAfter = own.MacsBefore, ValAccuracy = 0.93 });
        var other = Pruned("runs/other", own with { Data = "cifar100" });

        var runs = Twin.Among([Pruned("runs/a", own), other, dense]);

        Assert.Equal(0.93, runs[0].Summary!.Baseline!.ValAccuracy);
        Assert.Null(runs[1].Summary!.Baseline);
        Assert.Same(dense, runs[2]);
    }

    [Fact]
    public void A_cut_after_the_last_epoch_ends_the_runs_curve()
    {
        var summary = SampleRun.Folder.Summary! with { CutEpoch = 20, ValAccuracy = 0.11 };
        var point = RunPoint.Of(new("late", SampleRun.Folder with { Summary = summary }, null));

        Assert.Equal((20, 0.11), (point.Epochs[^1], point.ValAccuracy[^1]));
        Assert.Equal(point.Epochs.Length, point.JAvg.Length);
    }
}
