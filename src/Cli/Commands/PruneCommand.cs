using System.CommandLine;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Torch;
using Spectre.Console;

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
        var target = new Option<double>("--target")
        {
            Description = "The fraction of the MACs to remove, between 0 and 1.",
            HelpName = "FRACTION",
            Required = true,
        };
        var output = new Option<string?>("--out") { Description = "The file to write (default: <MODEL's name>-pruned.ocs).", HelpName = "FILE.ocs" };
        var preset = new Option<string>("--preset")
        {
            Description = "How channels are ranked: paper (default) or official, the authors' program.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "paper",
        };
        var classes = CommonOptions.Classes();
        var channels = CommonOptions.InputChannels();
        var command = new Command("prune", "Cuts a trained network once: the lowest-ranked channels leave until the target is met.")
        {
            model, weights, target, output, preset, classes, channels,
        };
        command.SetAction(parsed => Run(
            new(parsed.GetRequiredValue(model), parsed.GetValue(weights), parsed.GetValue(classes), parsed.GetValue(channels)),
            PresetOptions.Named(parsed.GetRequiredValue(preset)) with { Target = parsed.GetRequiredValue(target) },
            parsed.GetValue(output),
            console));
        return command;
    }

    private static int Run(ModelRequest request, OneCycleOptions options, string? output, CommandConsole console)
    {
        options.Validate();
        output ??= $"{Path.GetFileNameWithoutExtension(request.Model)}-pruned.ocs";
        ModelFiles.CheckWritable(output);
        using var model = ModelSource.Open(request, console);
        using var pruner = new OneCyclePruner(model.Graph, model.Parameters, options);
        var partition = pruner.CurrentPartition;
        var plan = CutPlan.Create(pruner.Coupling, partition.Subnetwork);
        using var cut = plan.Apply(model.Parameters);
        using var probe = Probe(model.Graph);
        var gate = PruneProofGate.Check(
            pruner.Coupling, partition.Subnetwork, plan, model.Parameters, cut, probe,
            ResourceConstraint.Macs(pruner.Coupling).Count(partition.Subnetwork), ModelFiles.SaveAndReload);
        if (!gate.Passed)
        {
            console.Error.WriteLine($"The cut is not proven right, so nothing was written: {gate.Problem}");
            return ExitCode.Failure;
        }

        var record = Record(request.Model, pruner, partition, plan, options);
        OcsFile.Write(output, plan.After, cut, record);
        Show(request.Model, output, partition, plan, record, gate, console);
        return ExitCode.Fine;
    }

    private static PruningRecord Record(
        string model, OneCyclePruner pruner, Partition partition, CutPlan plan, OneCycleOptions options) => new()
        {
            OriginalModel = model,
            Groups = [.. pruner.Coupling.Groups.Zip(partition.Subnetwork.Kept, (group, kept) => new GroupRecord(group.Id, group.Name, group.Channels, kept))],
            MacsBefore = plan.Before.Macs,
            MacsAfter = plan.After.Macs,
            ParametersBefore = plan.Before.ParameterCount,
            ParametersAfter = plan.After.ParameterCount,
            Target = options.Target,
            Options = YamlWriter.Write(options),
        };

    private static void Show(
        string model, string output, Partition partition, CutPlan plan, PruningRecord record, GateResult gate, CommandConsole console)
    {
        if (partition.Note is { } note)
        {
            console.Error.WriteLine($"Target {Numbers.Percent(record.Target)}: {note}");
        }

        if (console.Json)
        {
            console.WriteJson(
                new(
                    model, record.Target, record.MacsBefore, record.MacsAfter, record.ParametersBefore, record.ParametersAfter,
                    [.. record.Groups.Select(group => new PruneGroup(group.Id, group.Channels, [.. group.Kept]))], Summaries.Of(gate), output),
                CliJson.Readable.PruneOutput);
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("").AddColumn(Right("before")).AddColumn(Right("after")).AddColumn(Right("removed"));
        Row(table, "MACs", plan.Before.Macs, plan.After.Macs);
        Row(table, "parameters", plan.Before.ParameterCount, plan.After.ParameterCount);
        console.Tables.Write(table);
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

    private static Tensor Probe(Graph graph)
    {
        TorchRuntime.Seed(ProbeSeed);
        var probe = Tensor.Zeros([ProbeBatch, .. graph.InputNodes.First().Shape.AsSpan()[1..]]);
        Aten.NormalInPlace(probe, 0, 1);
        return probe;
    }
}

/// <summary>`ocs prune --json`.</summary>
internal sealed record PruneOutput(
    string Model, double Target, long MacsBefore, long MacsAfter, long ParametersBefore, long ParametersAfter,
    IReadOnlyList<PruneGroup> Groups, GateSummary Gate, string Out);

/// <summary>A group of `ocs prune --json`, and the indices of its channels that stayed.</summary>
internal sealed record PruneGroup(int Id, int Channels, IReadOnlyList<int> Kept);
