using System.CommandLine;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Metrics;

namespace Ocs.Cli.Commands;

/// <summary>`ocs eval`: accuracy, loss, MACs and parameters of a network on a data set's test split.</summary>
internal static class EvalCommand
{
    private const int BatchSize = 500;

    // 500 images of 224x224 would take gigabytes as they pass through a network.
    private const int PhotographBatchSize = 64;

    public static Command Create(CommandConsole console)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        var data = new Option<string>("--data")
        {
            Description = "The data set (`ocs data list` lists them).",
            HelpName = "NAME",
            Required = true,
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
        };
        var root = CommonOptions.DataRoot();
        var size = CommonOptions.InputSize();
        var threads = CommonOptions.Threads();
        var device = CommonOptions.Device();
        var images = new ImageChoices();
        var command = new Command("eval", "Measures accuracy, loss, MACs and parameters on a data set's test images.")
        {
            model, weights, data, limit, normalization, root, device, size, threads,
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
            return Run(
                request,
                TrainingDataSource.Open(
                    parsed.GetRequiredValue(data),
                    DatasetSplit.Test,
                    parsed.GetValue(limit),
                    parsed.GetValue(root),
                    images.Of(parsed, parsed.GetRequiredValue(data), () => ModelSource.ImageSizeOf(request))),
                parsed.GetValue(normalization) is { } name
                    ? Choices.Named<NormalizationChoice>("--normalization", name)
                    : null,
                Devices.Find(parsed.GetValue(device)),
                console);
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
        var found = Evaluation.Run(new Executor(model.Graph, parameters), data, BatchSizeFor(data), device);
        foreach (var line in BrokenImageList.Lines(data))
        {
            console.Error.WriteLine(line);
        }

        if (console.Json)
        {
            console.WriteJson(
                new(
                    request.Model, data.Name, found.Samples, found.Headline, found.Loss, model.Graph.Macs,
                    model.Graph.ParameterCount, found.SamplesPerSecond)
                {
                    Top5Accuracy = found.Top5Accuracy,
                },
                CliJson.Readable.EvalOutput);
            return ExitCode.Fine;
        }

        List<(string Header, string Value)> columns =
        [
            ("model", request.Model), ("data", data.Name), ("images", Numbers.Whole(found.Samples)),
            ("accuracy", Numbers.Percent(found.Headline)),
            .. found.Top5Accuracy is { } top5 ? [("top-5", Numbers.Percent(top5))] : Array.Empty<(string, string)>(),
            ("loss", $"{found.Loss:0.0000}"), ("MACs", Numbers.Short(model.Graph.Macs)),
            ("parameters", Numbers.Short(model.Graph.ParameterCount)), ("images/s", $"{found.SamplesPerSecond:0}"),
        ];
        var table = new Table().AddColumns([.. columns.Select(column => column.Header)]);
        table.AddRow([.. columns.Select(column => column.Value)]);
        console.Write(table);
        return ExitCode.Fine;
    }

    private static int BatchSizeFor(LabelledImages data) => data.Height > 64 ? PhotographBatchSize : BatchSize;
}

/// <summary>`ocs eval --json`.</summary>
internal sealed record EvalOutput(
    string Model, string Data, int Samples, double Accuracy, double Loss, long Macs, long Parameters,
    double ImagesPerSecond)
{
    /// <summary>With the class among the five likeliest; null where there are ten classes or fewer.</summary>
    public double? Top5Accuracy { get; init; }
}
