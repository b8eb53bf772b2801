using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Serialization;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Cli.Runtimes;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Metrics;

namespace Ocs.Cli.Commands;

/// <summary>`ocs eval`: accuracy, loss, MACs and parameters of a network on a data set's test split.</summary>
internal static class EvalCommand
{
    private const int BatchSize = 500;

    // The activations of 500 images of 224x224 would take gigabytes.
    private const int PhotographBatchSize = 64;

    public static Command Create(CommandConsole console)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        var data = new Option<string?>("--data")
        {
            Description = "The data set, `ocs data list` lists them (default: that of the network's run).",
            HelpName = "NAME",
            CompletionSources = { Values.DataSets },
        };
        var limit = new Option<int?>("--data-limit")
        {
            Description = "Number of images; the same ones as in a run with this data-limit.",
            HelpName = "N",
        };
        var normalization = new Option<string?>("--normalization")
        {
            Description = "How the images are normalized: data-set, official (the authors' program) or imagenet "
                + "(default: as in an .ocs or .onnx file, else data-set).",
            HelpName = "NAME",
            CompletionSources = { Values.Of<NormalizationChoice>() },
        };
        var root = CommonOptions.DataRoot();
        var size = CommonOptions.InputSize();
        var threads = CommonOptions.Threads();
        var device = CommonOptions.Device();
        var ignored = new Option<int?>("--ignored-value")
        {
            Description = "For a maskfolder: the value of pixels without a class (default: 255, or 11 for CamVid).",
            HelpName = "N",
        };
        var runtime = new Option<string?>("--runtime")
        {
            Description = $"The runtime: {string.Join(" or ", Choices.Names<NetworkRuntime>())} (default: "
                + "onnxruntime for an .onnx file with int8 layers, else libtorch).",
            HelpName = "NAME",
            CompletionSources = { Values.Of<NetworkRuntime>() },
        };
        var images = new ImageChoices();
        var command = new Command("eval", "Measures accuracy, loss, MACs and parameters on a data set's test images.")
        {
            model, weights, data, limit, normalization, root, device, size, threads, ignored, runtime,
        };
        foreach (var option in images.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var computing = ThreadCount.Use(parsed.GetValue(threads));
            var request = new ModelRequest(
                parsed.GetRequiredValue(model), parsed.GetValue(weights), InputSize: parsed.GetValue(size));
            var isOnnx = parsed.GetValue(runtime) is { } chosen
                ? Choices.Named<NetworkRuntime>(runtime.Name, chosen) == NetworkRuntime.Onnxruntime
                : OnnxFile.IsQuantized(request.Model);
            if (parsed.GetValue(data) is not { } name)
            {
                if (isOnnx)
                {
                    throw new OcsInputException(
                        $"{request.Model} is measured under ONNX Runtime on a data set; give --data NAME "
                        + "(`ocs data list` lists the data sets).");
                }

                Option[] ofData = [normalization, ignored, size, .. images.All];
                if (ofData.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } stray)
                {
                    throw new OcsInputException(
                        $"{stray.Name} needs --data; without it the options of the network's run apply. Leave it "
                        + "out, or give --data NAME.");
                }

                return RunAsTrained(
                    request, parsed.GetValue(root), parsed.GetValue(limit), Devices.Find(parsed.GetValue(device)),
                    console);
            }

            var choice = parsed.GetValue(normalization) is { } normalized
                ? Choices.Named<NormalizationChoice>("--normalization", normalized)
                : (NormalizationChoice?)null;
            if (TrainingDataSource.TaskOf(name) == TaskKind.Segmentation && !isOnnx)
            {
                var masks = new MaskChoices { IgnoredValue = parsed.GetValue(ignored) };
                return RunMasks(
                    request, parsed.GetValue(root), parsed.GetValue(limit), masks,
                    Devices.Find(parsed.GetValue(device)), console);
            }

            if (TrainingDataSource.TaskOf(name) != TaskKind.Classification)
            {
                throw new OcsInputException(
                    $"A configuration states where the files of {name} are: leave --data out, and give a network in "
                    + "its run's folder.");
            }

            var source = TrainingDataSource.Open(
                name,
                DatasetSplit.Test,
                parsed.GetValue(limit),
                parsed.GetValue(root),
                images.Of(
                    parsed,
                    name,
                    () => isOnnx ? OnnxNetwork.ImageSizeOf(request.Model) : ModelSource.ImageSizeOf(request)));
            return isOnnx
                ? RunOnnx(request, source, choice, console)
                : Run(request, source, choice, Devices.Find(parsed.GetValue(device)), console);
        });
        return command;
    }

    private static int Run(
        ModelRequest request, LabelledImages data, NormalizationChoice? normalization, Device device,
        CommandConsole console)
    {
        using var model = ModelSource.Open(request, console, data);
        FiniteWeights.Require(request.Weights ?? request.Model, model.Parameters);
        ModelSource.CheckFit(model.Graph, data);
        data = normalization is { } choice
            ? TrainingDataSource.Normalized(data, choice)
            : TrainingDataSource.Normalized(data, model.Graph);
        if (data is ImageFolder folder)
        {
            foreach (var remark in folder.Remarks)
            {
                console.Error.WriteLine(remark);
            }
        }

        using var parameters = model.Parameters.To(device);
        var task = new Classification(data.ClassNames);
        var found = Evaluate(model.Graph, parameters, task, data, BatchSizeFor(data), device);
        foreach (var line in BrokenImageList.Lines(data))
        {
            console.Error.WriteLine(line);
        }

        return Show(request, model.Graph, data, task, found, console);
    }

    // The file runs as it is, so its MACs and parameters are unknown.
    private static int RunOnnx(
        ModelRequest request, LabelledImages data, NormalizationChoice? normalization, CommandConsole console)
    {
        if (request.Weights is not null)
        {
            throw new OcsInputException("ONNX Runtime runs a file with its own weights; leave --weights out.");
        }

        using var network = OnnxNetwork.Open(request.Model, TorchRuntime.Threads);
        data = normalization is { } choice ? TrainingDataSource.Normalized(data, choice)
            : network.Normalization is { } own ? data.With(own)
            : data;
        var task = new Classification(data.ClassNames);
        var found = OnnxEvaluation.Run(network, task, data, BatchSizeFor(data));
        foreach (var line in BrokenImageList.Lines(data))
        {
            console.Error.WriteLine(line);
        }

        return Show(request, graph: null, data, task, found, console);
    }

    // The run's options name the task and the data.
    private static int RunAsTrained(
        ModelRequest request, string? root, int? limit, Device device, CommandConsole console)
    {
        var config = ModelSource.ConfigBeside(request.Model) ?? throw new OcsInputException(
            $"{request.Model} is not in a run's folder, so state the data set: --data NAME "
            + "(`ocs data list` lists the data sets).");
        var options = ExperimentOptions.Load(config, []);
        options = options with { DataLimit = limit ?? options.DataLimit };
        using var data = TrainingDataSource.Open(options, root);
        using var model = ModelSource.Open(request, console);
        FiniteWeights.Require(request.Weights ?? request.Model, model.Parameters);
        ModelSource.CheckImages(request.Model, model.Graph, data.Test);
        var task = data.For(model.Graph).Task ?? new Classification(data.Images!.ClassNames);
        task.Check(model.Graph, data.Test);
        using var parameters = model.Parameters.To(device);
        var found = Evaluate(
            model.Graph, parameters, task, data.Test, options.Training.EvaluationBatchSize, device);
        return Show(request, model.Graph, data.Test, task, found, console);
    }

    // The network gives the image size and the number of classes.
    private static int RunMasks(
        ModelRequest request, string? root, int? limit, MaskChoices masks, Device device, CommandConsole console)
    {
        using var model = ModelSource.Open(request, console);
        FiniteWeights.Require(request.Weights ?? request.Model, model.Parameters);
        var (input, output) = (model.Graph.InputNodes.First().Shape, model.Graph.Nodes[model.Graph.Outputs[0]].Shape);
        if (input is not [_, 3, var height, var width] || output is not [_, >= 2 and <= 255 and var classes, _, _])
        {
            throw new OcsInputException(
                $"{request.Model} does not give a class for each pixel of a colour image; give a network for "
                + "segmentation.");
        }

        var options = new ExperimentOptions
        {
            Data = MaskFolder.DataName,
            DataLimit = limit,
            Masks = masks with
            {
                Height = (int)height,
                Width = (int)width,
                ClassNames = [.. Enumerable.Range(0, (int)classes).Select(label => $"class {label}")],
            },
        };
        var data = TrainingDataSource.OpenMasks(options, DatasetSplit.Test, root);
        data = TrainingDataSource.Remembered(model.Graph) is { } normalization ? data.With(normalization) : data;
        var task = new Segmentation(data.ClassNames);
        task.Check(model.Graph, data);
        using var parameters = model.Parameters.To(device);
        var found = Evaluate(model.Graph, parameters, task, data, PhotographBatchSize / 8, device);
        return Show(request, model.Graph, data, task, found, console);
    }

    private static EvaluationResult Evaluate(
        Graph graph, ParameterTable parameters, ITask task, IDataset data, int batchSize, Device device)
    {
        using var network = FastNetwork.For(graph, parameters, data.Count);
        return Evaluation.Run(network.Executor, task, data, batchSize, device);
    }

    private static int Show(
        ModelRequest request, Graph? graph, IDataset data, ITask task, EvaluationResult found, CommandConsole console)
    {
        var isClassification = task is Classification;
        if (console.Json)
        {
            console.WriteJson(
                new(
                    request.Model, data.Name, found.Samples, found.Accuracy, found.Loss, graph?.Macs,
                    graph?.ParameterCount, found.SamplesPerSecond)
                {
                    Top5Accuracy = found.Top5Accuracy,
                    Metrics = isClassification
                        ? null
                        : found.Metrics.ToImmutableSortedDictionary(metric => metric.Name, metric => metric.Value),
                },
                CliJson.Readable.EvalOutput);
            return ExitCode.Fine;
        }

        List<(string Header, string Value)> columns =
        [
            ("model", request.Model), ("data", data.Name), ("images", Numbers.Whole(found.Samples)),
            .. task.Metrics.Select(metric => (
                metric.Name == "top5-accuracy" ? "top-5" : metric.Name, Shown(metric, found[metric.Name]!.Value))),
            ("loss", $"{found.Loss:0.0000}"), ("MACs", Numbers.Short(graph?.Macs)),
            ("parameters", Numbers.Short(graph?.ParameterCount)), ("images/s", $"{found.SamplesPerSecond:0}"),
        ];
        var table = new Table().AddColumns([.. columns.Select(column => column.Header)]);
        table.AddRow([.. columns.Select(column => column.Value)]);
        console.Write(table);
        return ExitCode.Fine;
    }

    private static string Shown(Metric metric, double value) =>
        metric.IsFraction ? Numbers.Percent(value) : metric.Show(value);

    private static int BatchSizeFor(LabelledImages data) => data.Height > 64 ? PhotographBatchSize : BatchSize;
}

/// <summary>`ocs eval --json`; MACs and parameters are null for a file that ONNX Runtime runs.</summary>
internal sealed record EvalOutput(
    string Model, string Data, int Samples, double? Accuracy, double Loss, long? Macs, long? Parameters,
    double ImagesPerSecond)
{
    /// <summary>Top-5 accuracy; null for ten classes or fewer.</summary>
    public double? Top5Accuracy { get; init; }

    /// <summary>The metrics of other tasks, by name; absent for classification.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, double>? Metrics { get; init; }
}
