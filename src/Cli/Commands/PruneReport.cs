using System.Globalization;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Latency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Training.Runs;

namespace Ocs.Cli.Commands;

/// <summary>The result of a cut without training.</summary>
/// <param name="Model">The network's name on the command line.</param>
/// <param name="Output">The written file.</param>
/// <param name="Options">The options of the search.</param>
/// <param name="Partition">The kept channels.</param>
/// <param name="Plan">The cut.</param>
/// <param name="Memory">Bytes of activations alive at once.</param>
/// <param name="Record">The pruning record in the file.</param>
/// <param name="Gate">The result of the gate.</param>
/// <param name="Onnx">The result of writing an ONNX file.</param>
/// <param name="Goal">The latency goal; null for another budget.</param>
/// <param name="Speed">The measured speed-up where the file will run; null if not measured.</param>
internal sealed record PruneOutcome(
    string Model, string Output, PruneOptions Options, Partition Partition, CutPlan Plan, ResourceConstraint Memory,
    PruningRecord Record,
    GateResult Gate, OnnxOptions Onnx, PruneLatency? Goal, LatencySummary? Speed);

/// <summary>Shows the result of `ocs prune`.</summary>
internal static class PruneReport
{
    // Below this fraction of parameters, a network has lost nearly all that it learnt.
    private const double FewParameters = 0.02;

    public static void Show(PruneOutcome outcome, CommandConsole console)
    {
        foreach (var remark in Remarks(outcome))
        {
            console.Error.WriteLine(remark);
        }

        var record = outcome.Record;
        var (before, after) = (outcome.Memory.Total, outcome.Memory.Count(outcome.Partition.Subnetwork));
        if (console.Json)
        {
            console.WriteJson(
                new(
                    outcome.Model, record.Target, record.MacsBefore, record.MacsAfter, record.ParametersBefore,
                    record.ParametersAfter, before, after, outcome.Goal, outcome.Speed,
                    [.. record.Groups.Select(group => new PruneGroup(group.Id, group.Channels, [.. group.Kept]))],
                    RunSummaries.Of(outcome.Gate), outcome.Output),
                CliJson.Readable.PruneOutput);
            return;
        }

        var table = new Table();
        table.AddColumn("").AddColumn(Right("before")).AddColumn(Right("after")).AddColumn(Right("removed"));
        Row(table, "MACs", record.MacsBefore, record.MacsAfter);
        Row(table, "parameters", record.ParametersBefore, record.ParametersAfter);
        Row(table, "bytes of activations", before, after);
        console.Write(table);
        foreach (var line in Lines(outcome))
        {
            console.WriteLine(line);
        }
    }

    private static IEnumerable<string> Remarks(PruneOutcome outcome)
    {
        // A latency goal has a separate sentence.
        var partition = outcome.Goal is null ? outcome.Partition : outcome.Partition with { Note = null };
        var names = outcome.Record.Groups.Select(group => group.Name);
        foreach (var remark in partition.Remarks(outcome.Record.Target, [.. names]))
        {
            yield return remark;
        }

        if (outcome.Goal is { IsMet: false } goal)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"No cut that was tried takes {goal.TargetMs:0.00##} ms or less; "
                + $"this one is the fastest, {goal.MeasuredMs:0.00##} ms.");
        }

        if (outcome.Record.ParametersAfter < FewParameters * outcome.Record.ParametersBefore)
        {
            var removed = 1 - (double)outcome.Record.ParametersAfter / outcome.Record.ParametersBefore;
            yield return $"{Numbers.Percent(removed)} of the parameters are gone: "
                + "expect such a network to learn little, and cut less, or choose a smaller network.";
        }

        if (outcome.Speed is { } speed
            && CutLatency.Warning(speed, outcome.Options.RoundTo, multiple => $"--round-to {multiple}") is { } warning)
        {
            yield return warning;
        }
    }

    private static IEnumerable<string> Lines(PruneOutcome outcome)
    {
        if (outcome.Goal is { } goal)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{goal.BeforeMs:0.00##} ms became {goal.MeasuredMs:0.00##} ms for a batch of {goal.Batch} "
                + $"in {goal.Runtime} on {goal.Threads} thread(s); {goal.TargetMs:0.00##} ms was asked for. "
                + $"Of {goal.Cuts} cuts that were timed, in turns with the whole network, it is the "
                + $"{(goal.IsMet ? "largest that is fast enough" : "fastest")}; "
                + $"groups keep multiples of {outcome.Options.RoundTo}.");
        }

        if (outcome.Speed is { } speed)
        {
            yield return CutLatency.Sentence(speed, outcome.Record.MacsBefore, outcome.Record.MacsAfter);
        }

        yield return "The cut network computes the same as the full one with the pruned channels at zero "
            + $"(largest relative difference {outcome.Gate.LargestDifference:0.0e+0}).";
        if (outcome.Gate.Note is { } note)
        {
            yield return note;
        }

        yield return
            $"Written to {outcome.Output}. Its accuracy is low until it is trained again: "
            + $"`ocs baseline` with `model: {outcome.Output}` does that and cuts no further, `ocs train` cuts more; "
            + $"`ocs eval {ShellWord.Of(outcome.Output)} --data NAME` measures it.";
        yield return FileToShip.Sentence(
            outcome.Output,
            ModelSource.IsOnnx(outcome.Output),
            outcome.Plan.After,
            outcome.Onnx.FoldBatchNorm,
            "`ocs prune --fold-batch-norm`");
    }

    private static void Row(Table table, string what, long before, long after) =>
        table.AddRow(what, Numbers.Whole(before), Numbers.Whole(after), Numbers.Percent(1 - (double)after / before));

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned();
}

/// <summary>
/// `ocs prune --json`. Memory is in bytes of activations alive at once. <paramref name="Latency"/> belongs to
/// --target-latency, <paramref name="Speed"/> to a written ONNX file.
/// </summary>
internal sealed record PruneOutput(
    string Model, double Target, long MacsBefore, long MacsAfter, long ParametersBefore, long ParametersAfter,
    long MemoryBefore, long MemoryAfter,
    PruneLatency? Latency, LatencySummary? Speed, IReadOnlyList<PruneGroup> Groups, GateSummary Gate, string Out);

/// <summary>Times of `ocs prune --target-latency`, in milliseconds, and how they were measured.</summary>
internal sealed record PruneLatency(
    double BeforeMs, double TargetMs, double PredictedMs, double MeasuredMs, bool IsMet, string Runtime, int Batch,
    int Threads, int RoundTo,
    int Measurements, int Cuts)
{
    private const double Milliseconds = 1000;

    public static PruneLatency Of(LatencyTarget target, TimedPartition cut)
    {
        var clock = (ITurnClock)target.Clock;
        return new(
            Milliseconds * cut.Whole, Milliseconds * target.Seconds, Milliseconds * cut.Predicted,
            Milliseconds * cut.Measured, target.IsMetBy(cut.Measured),
            clock.Name, clock.Batch, clock.Threads, cut.Options.RoundTo ?? 1, cut.Measurements, cut.Cuts);
    }
}

/// <summary>A group of `ocs prune --json`, with the indices of its kept channels.</summary>
internal sealed record PruneGroup(int Id, int Channels, IReadOnlyList<int> Kept);
