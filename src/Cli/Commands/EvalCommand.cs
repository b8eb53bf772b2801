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
        var data = new Option<string>("--data") { Description = "The data set (`ocs data list` lists them).", HelpName = "NAME", Required = true };
        var limit = new Option<int?>("--data-limit") { Description = "Only so many images, those of a run with the same data-limit.", HelpName = "N" };
        var normalization = new Option<string?>("--normalization")
        {
            Description = "How the images are normalized: data-set, official (the authors' program) or imagenet "
                + "(default: as an .ocs or .onnx file remembers, else data-set).",
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
            var request = new ModelRequest(parsed.GetRequiredValue(model), parsed.GetValue(weights), InputSize: parsed.GetValue(size));
            return Run(
                request,
                TrainingDataSource.Open(
                    parsed.GetRequiredValue(data),
                    DatasetSplit.Test,
                    parsed.GetValue(limit),
                    parsed.GetValue(root),
                    images.Of(parsed, parsed.GetRequiredValue(data), () => ModelSource.ImageSizeOf(request))),
                parsed.GetValue(normalization) is { } name ? Choices.Named<NormalizationChoice>("--normalization", name) : null,
                Devices.Find(parsed.GetValue(device)),
                console);
        });
        return command;
    }

    private static int Run(ModelRequest request, LabelledImages data, NormalizationChoice? normalization, Device device, CommandConsole console)
    {
        using var model = ModelSource.Open(request, console, data);
        FiniteWeights.Require(request.Weights ?? request.Model, model.Parameters);
        ModelSource.CheckFit(model.Graph, data);
        data = normalization is { } choice
            ? TrainingDataSource.Normalized(data, choice)
            : TrainingDataSource.Normalized(data, model.Graph);
        using var parameters = ModelFiles.CopyTo(device, model.Graph, model.Parameters);
        var found = Evaluation.Run(new Executor(model.Graph, parameters), data, BatchSizeFor(data), device);
        foreach (var line in BrokenImageList.Lines(data))
        {
            console.Error.WriteLine(line);
        }

        if (console.Json)
        {
            console.WriteJson(
                new(request.Model, data.Name, found.Samples, found.Accuracy, found.Loss, model.Graph.Macs, model.Graph.ParameterCount, found.ImagesPerSecond),
                CliJson.Readable.EvalOutput);
            return ExitCode.Fine;
        }

        var table = new Table();
        foreach (var header in new[] { "model", "data", "images", "accuracy", "loss", "MACs", "parameters", "images/s" })
        {
            table.AddColumn(header);
        }

        table.AddRow(
            request.Model, data.Name, Numbers.Whole(found.Samples), Numbers.Percent(found.Accuracy), $"{found.Loss:0.0000}",
            Numbers.Short(model.Graph.Macs), Numbers.Short(model.Graph.ParameterCount), $"{found.ImagesPerSecond:0}");
        console.Write(table);
        return ExitCode.Fine;
    }

    private static int BatchSizeFor(LabelledImages data) => data.Height > 64 ? PhotographBatchSize : BatchSize;
}

/// <summary>`ocs eval --json`.</summary>
internal sealed record EvalOutput(
    string Model, string Data, int Samples, double Accuracy, double Loss, long Macs, long Parameters, double ImagesPerSecond);
