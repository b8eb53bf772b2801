using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Cli.Runtimes;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Latency;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli.Commands;

/// <summary>`ocs prune`: one cut of a trained network, without training.</summary>
internal static class PruneCommand
{
    public static Command Create(CommandConsole console)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        var choices = new PruningChoices();
        var latency = new LatencyChoices();
        var output = new Option<string?>("--out")
        {
            Description = "The file to write, .ocs or .onnx "
                + "(default: <MODEL's name>-pruned.ocs, or .onnx for an .onnx file).",
            HelpName = "FILE",
            CompletionSources = { PathValues.Files(".ocs", ".onnx") },
        };
        var data = new Option<string?>("--data")
        {
            Description = "For saliency taylor: the data set whose training images give the gradients.",
            HelpName = "NAME",
            CompletionSources = { Values.DataSets },
        };
        var batches = new Option<int>("--batches")
        {
            Description = "For saliency taylor: number of batches of 64 images.",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
        };
        var root = CommonOptions.DataRoot();
        var images = new ImageChoices();
        var onnx = new OnnxChoices();
        var classes = CommonOptions.Classes();
        var channels = CommonOptions.InputChannels();
        var size = CommonOptions.InputSize();
        var command = new Command(
            "prune", "Cuts a trained network once: removes the lowest-ranked channels until the target is met.")
        {
            model, weights, output,
        };
        Option[] all =
        [
            .. choices.All, .. latency.All, data, batches, root, .. images.All, classes, channels, size, .. onnx.All,
        ];
        foreach (var option in all)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            var request = new ModelRequest(
                parsed.GetRequiredValue(model),
                parsed.GetValue(weights),
                parsed.GetValue(classes),
                parsed.GetValue(channels),
                parsed.GetValue(size));
            var extension = ModelSource.IsOnnx(request.Model) ? "onnx" : "ocs";
            var path = parsed.GetValue(output)
                ?? $"{Path.GetFileNameWithoutExtension(request.Model)}-pruned.{extension}";
            var goal = latency.Of(parsed, ModelSource.IsOnnx(path));
            var options = choices.Of(parsed, goal);
            options.ValidateSearch();
            return Run(
                request,
                options,
                goal,
                Images(options, parsed.GetValue(data), name => TrainingDataSource.Open(
                    name,
                    DatasetSplit.Train,
                    limit: null,
                    parsed.GetValue(root),
                    images.Of(parsed, name, () => ModelSource.ImageSizeOf(request)))),
                parsed.GetValue(batches),
                path,
                onnx.Of(parsed, ModelSource.IsOnnx(path) ? null : "--out FILE.onnx"),
                console);
        });
        return command;
    }

    // Only one criterion sees images.
    private static LabelledImages? Images(
        OneCycleOptions options, string? data, Func<string, LabelledImages> open) =>
        (options.Saliency, data) switch
        {
            (SaliencyKind.Taylor, null) => throw new OcsInputException(
                "Saliency taylor needs gradients, and so training images; "
                + "give --data NAME (`ocs data list` lists them)."),
            (SaliencyKind.Taylor, { } name) => open(name),
            (_, null) => null,
            var (criterion, _) => throw new OcsInputException(
                $"--data gives gradients to saliency taylor, but {Choices.NameOf(criterion)} needs none; "
                + "leave it out, or choose taylor."),
        };

    private static int Run(
        ModelRequest request, PruneOptions options, LatencyTarget? latency, LabelledImages? data, int batches,
        string output,
        OnnxOptions onnx, CommandConsole console)
    {
        ModelFiles.CheckEnding("--out", output, ".ocs", ".onnx");
        ModelFiles.CheckWritable(output);
        using var model = Open(request, data, console);
        if (model.Graph.Nodes.IsEmpty)
        {
            return CopyAsItIs(output, model, onnx, console);
        }

        // The bytes of its file.
        FreedMemory.GiveBack();
        FiniteWeights.Require(request.Weights ?? request.Model, model.Parameters);
        if (data is not null)
        {
            ModelSource.CheckFit(model.Graph, data);
            var seen = TrainingDataSource.Normalized(data, model.Graph);
            TrainingGradients.Accumulate(
                new(model.Graph, model.Parameters), model.Parameters, new Classification(data.ClassNames), seen,
                batches);
        }

        if (latency?.Clock is ITurnClock clock)
        {
            LatencyClocks.RequireMemory(clock, model.Graph);
        }

        var timed = latency is null
            ? null
            : new LatencySearch(latency).Find(model.Graph, options, model.Parameters);
        options = timed?.Options ?? options;
        var search = timed?.Search ?? new SubnetworkSearch(model.Graph, options);
        var partition = timed?.Partition ?? search.Find(model.Parameters);
        model.Parameters.ClearGradients();
        if (Cut(search, partition, model, console) is not { } cut)
        {
            return ExitCode.Failure;
        }

        using var _ = cut;
        FreedMemory.GiveBack();
        var record = cut.Record with { OriginalModel = request.Model, Options = YamlWriter.Write(options) };
        var check = Write(output, cut, record, onnx, console);
        var outcome = new PruneOutcome(
            request.Model, output, options, partition, cut.Plan, ResourceConstraint.ActivationMemory(search.Coupling),
            record, cut.Gate, onnx,
            timed is null ? null : PruneLatency.Of(latency!, timed),
            check?.Equal == true ? CutLatency.Measure(model, cut.Release()) : null);
        PruneReport.Show(outcome, console);
        if (check is null)
        {
            return ExitCode.Fine;
        }

        console.Error.WriteLine(KeptCheck.Sentence(output, model.Graph, check));
        return check.Equal == false ? ExitCode.Failure : ExitCode.Fine;
    }

    // libtorch takes as long to load as the file takes to read. A process that ends must not be loading it.
    private static Network Open(ModelRequest request, LabelledImages? data, CommandConsole console)
    {
        var loading = Task.Run(() => TorchRuntime.Threads);
        try
        {
            return ModelSource.Open(request, console, data);
        }
        finally
        {
            Task.WhenAny(loading).Wait();
        }
    }

    private static ProvenCut? Cut(SubnetworkSearch search, Partition partition, Network model, CommandConsole console)
    {
        try
        {
            return model.Cut(search, partition);
        }
        catch (UnprovenCutException error)
        {
            console.Error.WriteLine($"The cut is not proven right, so nothing was written: {error.Message}");
            return null;
        }
    }

    // No node of the file can be read, which a sentence has stated.
    private static int CopyAsItIs(string output, Network model, OnnxOptions onnx, CommandConsole console)
    {
        if (!ModelSource.IsOnnx(output))
        {
            throw new OcsInputException(
                $"No node of {model.Graph.Name} can be read, so {output} would be empty; give a name ending in .onnx.");
        }

        OnnxFile.Write(output, model, onnx);
        console.WriteLine($"Written to {output}.");
        return ExitCode.Fine;
    }

    // An ONNX file is compared under ONNX Runtime; an .ocs file has its own check sum.
    private static OnnxSummary? Write(
        string output, ProvenCut cut, PruningRecord record, OnnxOptions onnx, CommandConsole console)
    {
        var (graph, parameters) = (cut.Network.Graph, cut.Network.Parameters);
        if (!ModelSource.IsOnnx(output))
        {
            OcsFile.Write(output, graph, parameters, record);
            return null;
        }

        // A cut changes some norms, which then differ from the whole network with zeroed channels.
        return KeptCheck.Write(
            output, graph, parameters, onnx, console, cut.Gate.Note is null ? path => WriteZeroed(path, cut) : null);
    }

    private static void WriteZeroed(string path, ProvenCut cut)
    {
        using var zeroed = cut.Plan.Expand(cut.Network.Parameters);
        OnnxFile.Write(path, cut.Plan.Before, zeroed);
    }
}
