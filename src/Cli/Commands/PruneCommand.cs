using System.CommandLine;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Cli.Runtimes;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Latency;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Commands;

/// <summary>`ocs prune`: one cut of a trained network, without training.</summary>
internal static class PruneCommand
{
    private const ulong ProbeSeed = 0;
    private const int ProbeBatch = 4;

    public static Command Create(CommandConsole console)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        var choices = new PruningChoices();
        var latency = new LatencyChoices();
        var output = new Option<string?>("--out") { Description = "The file to write, .ocs or .onnx (default: <MODEL's name>-pruned.ocs, of an .onnx file .onnx).", HelpName = "FILE" };
        var data = new Option<string?>("--data")
        {
            Description = "The data set whose training images give the gradients of the criterion taylor.",
            HelpName = "NAME",
        };
        var batches = new Option<int>("--batches")
        {
            Description = "How many batches of 64 of them.",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
        };
        var root = CommonOptions.DataRoot();
        var classes = CommonOptions.Classes();
        var channels = CommonOptions.InputChannels();
        var size = CommonOptions.InputSize();
        var command = new Command("prune", "Cuts a trained network once: the lowest-ranked channels leave until the target is met.")
        {
            model, weights, output,
        };
        foreach (var option in choices.All.Concat(latency.All).Concat([data, batches, root, classes, channels, size]))
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            var goal = latency.Of(parsed);
            var options = choices.Of(parsed, goal);
            options.ValidateSearch();
            var (file, values) = (parsed.GetRequiredValue(model), parsed.GetValue(weights));
            return Run(
                new(file, values, parsed.GetValue(classes), parsed.GetValue(channels), parsed.GetValue(size)),
                options,
                goal,
                Images(options, parsed.GetValue(data), parsed.GetValue(root)),
                parsed.GetValue(batches),
                parsed.GetValue(output),
                console);
        });
        return command;
    }

    // Only one criterion sees images.
    private static LabelledImages? Images(OneCycleOptions options, string? data, string? root) => (options.Saliency, data) switch
    {
        (SaliencyKind.Taylor, null) => throw new OcsInputException(
            "The criterion taylor needs gradients, and so training images; give --data NAME (`ocs data list` lists them)."),
        (SaliencyKind.Taylor, { } name) => TrainingDataSource.Open(name, DatasetSplit.Train, limit: null, root),
        (_, null) => null,
        var (criterion, _) => throw new OcsInputException(
            $"--data gives gradients to the criterion taylor, but {Choices.NameOf(criterion)} needs none; "
            + "leave it out, or choose taylor."),
    };

    private static int Run(
        ModelRequest request, OneCycleOptions options, LatencyGoal? goal, LabelledImages? data, int batches, string? output, CommandConsole console)
    {
        output ??= $"{Path.GetFileNameWithoutExtension(request.Model)}-pruned.{(ModelSource.IsOnnx(request.Model) ? "onnx" : "ocs")}";
        ModelFiles.CheckWritable(output);
        using var model = ModelSource.Open(request, console, data);
        LatencyTable? table = null;
        var search = new SubnetworkSearch(model.Graph, options, goal is null ? null : coupling => ResourceConstraint.Latency(
            coupling, table = LatencyTable.Measure(coupling, goal.Clock.Seconds, Math.Max(options.RoundTo, 1))));
        options = table is null ? options : options with { Target = FractionTo(goal!, table.Seconds, request.Model) };
        if (data is not null)
        {
            ModelSource.CheckFit(model.Graph, data);
            var seen = TrainingDataSource.Normalized(data, model.Graph);
            TrainingGradients.Accumulate(model.Graph, model.Parameters, seen, batches);
        }

        var timed = table is null ? null : goal!.Search(search, table, model.Parameters, options.Target);
        var partition = timed?.Partition ?? search.Find(model.Parameters, options.Target);
        model.Parameters.ClearGradients();
        var plan = timed?.Plan ?? CutPlan.Create(search.Coupling, partition.Subnetwork);
        using var cut = plan.Apply(model.Parameters);
        var gate = Prove(search.Coupling, partition.Subnetwork, plan, model.Parameters, cut);
        if (!gate.Passed)
        {
            console.Error.WriteLine($"The cut is not proven right, so nothing was written: {gate.Problem}");
            return ExitCode.Failure;
        }

        var record = Record(request.Model, search, partition, plan, options);
        var check = Write(output, plan.After, cut, record);
        var memory = ResourceConstraint.ActivationMemory(search.Coupling);
        var bytes = (memory.Total, memory.Count(partition.Subnetwork));
        var latency = timed is null ? null : new PruneLatency(
            1000 * table!.Seconds, 1000 * goal!.Seconds, 1000 * timed.Predicted, 1000 * timed.Measured,
            Choices.NameOf(goal.Clock.Runtime), goal.Clock.Batch, goal.Clock.Threads, table.Measurements, timed.Searches);
        Show(request.Model, output, partition, plan, bytes, latency, record, gate, console);
        if (check is null)
        {
            return ExitCode.Fine;
        }

        console.Error.WriteLine(OnnxCheck.Sentence(output, check));
        return check.Equal == false ? ExitCode.Failure : ExitCode.Fine;
    }

    private static GateResult Prove(
        CouplingGraph coupling, Subnetwork subnetwork, CutPlan plan, ParameterTable full, ParameterTable cut)
    {
        var probes = Probes(plan.Before);
        try
        {
            return PruneProofGate.Check(
                coupling, subnetwork, plan, full, cut, probes, ResourceConstraint.Macs(coupling).Count(subnetwork), ModelFiles.SaveAndReload);
        }
        finally
        {
            Array.ForEach(probes, probe => probe.Dispose());
        }
    }

    // What is written as ONNX is compared under ONNX Runtime; an .ocs file is checked by its own sum.
    private static OnnxSummary? Write(string output, Graph graph, ParameterTable parameters, PruningRecord record)
    {
        if (!ModelSource.IsOnnx(output))
        {
            OcsFile.Write(output, graph, parameters, record);
            return null;
        }

        OnnxFile.Write(output, graph, parameters);
        return OnnxCheck.Run(output, graph, parameters);
    }

    private static double FractionTo(LatencyGoal goal, double seconds, string model) => goal.Seconds < seconds
        ? 1 - goal.Seconds / seconds
        : throw new OcsInputException(
            $"{model} takes {1000 * seconds:F2} ms already, not more than --target-latency {1000 * goal.Seconds:F2}; give a lower one.");

    private static PruningRecord Record(
        string model, SubnetworkSearch search, Partition partition, CutPlan plan, OneCycleOptions options) => new()
        {
            OriginalModel = model,
            Groups = [.. search.Coupling.Groups.Zip(partition.Subnetwork.Kept, (group, kept) => new GroupRecord(group.Id, group.Name, group.Channels, kept))],
            MacsBefore = plan.Before.Macs,
            MacsAfter = plan.After.Macs,
            ParametersBefore = plan.Before.ParameterCount,
            ParametersAfter = plan.After.ParameterCount,
            Target = options.Target,
            Options = YamlWriter.Write(options),
        };

    private static void Show(
        string model, string output, Partition partition, CutPlan plan, (long Before, long After) memory,
        PruneLatency? latency, PruningRecord record, GateResult gate, CommandConsole console)
    {
        foreach (var remark in partition.Remarks(record.Target))
        {
            console.Error.WriteLine(remark);
        }

        if (console.Json)
        {
            console.WriteJson(
                new(
                    model, record.Target, record.MacsBefore, record.MacsAfter, record.ParametersBefore, record.ParametersAfter,
                    memory.Before, memory.After, latency,
                    [.. record.Groups.Select(group => new PruneGroup(group.Id, group.Channels, [.. group.Kept]))], Summaries.Of(gate), output),
                CliJson.Readable.PruneOutput);
            return;
        }

        var table = new Table();
        table.AddColumn("").AddColumn(Right("before")).AddColumn(Right("after")).AddColumn(Right("removed"));
        Row(table, "MACs", plan.Before.Macs, plan.After.Macs);
        Row(table, "parameters", plan.Before.ParameterCount, plan.After.ParameterCount);
        Row(table, "bytes of activations", memory.Before, memory.After);
        console.Write(table);
        if (latency is not null)
        {
            console.WriteLine(
                $"{latency.BeforeMs:F2} ms became {latency.MeasuredMs:F2} ms for a batch of {latency.Batch} in {latency.Runtime} on {latency.Threads} thread(s); "
                + $"the table of {latency.Measurements} measurements, corrected by {latency.Searches - 1} cuts that were timed, had predicted "
                + $"{latency.PredictedMs:F2}, the target was {latency.TargetMs:F2}.");
        }

        console.WriteLine(
            $"The cut network gives what the full one gives with the pruned channels at zero (largest relative difference {gate.LargestDifference:0.0e+0}).");
        if (gate.Note is { } note)
        {
            console.WriteLine(note);
        }

        console.WriteLine($"Written to {output}; without training on, expect its accuracy to be low: `ocs eval {output} --data NAME`.");
    }

    private static void Row(Table table, string what, long before, long after) =>
        table.AddRow(what, Numbers.Whole(before), Numbers.Whole(after), Numbers.Percent(1 - (double)after / before));

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned();

    // A batch of each input: row 0 of a table where it is looked up in one, else random numbers.
    private static Tensor[] Probes(Graph graph)
    {
        TorchRuntime.Seed(ProbeSeed);
        return [.. Enumerable.Range(0, graph.Nodes.Length).Where(index => graph.Nodes[index].Operator is Input).Select(index =>
        {
            var probe = Tensor.Zeros([ProbeBatch, .. graph.Nodes[index].Shape.AsSpan()[1..]]);
            if (!graph.Nodes.Any(reader => reader.Operator is Embedding && reader.Inputs.Contains(index)))
            {
                Aten.NormalInPlace(probe, 0, 1);
            }

            return probe;
        })];
    }
}

/// <summary>`ocs prune --json`; memory is in bytes of activations alive at once.</summary>
internal sealed record PruneOutput(
    string Model, double Target, long MacsBefore, long MacsAfter, long ParametersBefore, long ParametersAfter,
    long MemoryBefore, long MemoryAfter, PruneLatency? Latency, IReadOnlyList<PruneGroup> Groups, GateSummary Gate, string Out);

/// <summary>Times of `ocs prune --target-latency`, in milliseconds; what follows them says how they were taken.</summary>
internal sealed record PruneLatency(
    double BeforeMs, double TargetMs, double PredictedMs, double MeasuredMs, string Runtime, int Batch, int Threads, int Measurements, int Searches);

/// <summary>A group of `ocs prune --json`, and the indices of its channels that stayed.</summary>
internal sealed record PruneGroup(int Id, int Channels, IReadOnlyList<int> Kept);
