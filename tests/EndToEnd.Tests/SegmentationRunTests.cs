using System.Text.RegularExpressions;
using Ocs.Cli.Tests;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>A class for each pixel: train, eval, resume and report by the command.</summary>
[NoTensorLeaks]
public sealed class SegmentationRunTests : IDisposable
{
    private const int Size = 32;

    private readonly TemporaryFolder _folder = new();
    private readonly string _config;
    private readonly string _run;

    public SegmentationRunTests()
    {
        _run = _folder.PathOf("run");
        _config = _folder.Write("run.yaml", $$"""
            model: unet_16
            data: maskfolder
            masks: { height: {{Size}}, width: {{Size}} }
            training: { epochs: 6, batch-size: 8, learning-rate: 0.05, layout: contiguous, padding: never }
            pruning: { target: 0.5 }
            """);
        for (var image = 0; image < 40; image++)
        {
            Write(image < 32 ? "train" : "val", image);
        }

        _folder.Write("data/classes.txt", "ground\nthing\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_network_is_trained_cut_measured_and_exported()
    {
        var train = Run("train", _config, "--out", _run);

        Assert.Equal((0, ""), (train.Code, train.Error));
        Assert.Contains("32 images with masks of 2 classes from", train.Output, StringComparison.Ordinal);
        Assert.Contains("mean-iou 0.", train.Output, StringComparison.Ordinal);
        var summary = RunLogReader.Read(_run).Summary!;
        Assert.InRange(summary.MacsAfter, 1, summary.MacsBefore / 2);
        Assert.True(summary.Gate!.Passed);
        Assert.True(summary.Onnx!.Equal);
        var headline = summary.Headline!;
        Assert.Equal(("mean-iou", true), (headline.Name, headline.IsFraction));
        Assert.InRange(headline.Value!.Value, 0.8, 1);
        Assert.Equal(headline.BeforeCut!.Value, headline.AfterCut!.Value, 0.005);
        Assert.Contains("segmentation", File.ReadAllText(Path.Combine(_run, "config.yaml")), StringComparison.Ordinal);
        var report = File.ReadAllText(Path.Combine(_run, "report.html"));
        Assert.Contains("mean-iou at the cut", report, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"col\">before the cut</th>", report, StringComparison.Ordinal);
        Assert.Equal(4 * 4, Regex.Count(report, "<td><img src=\"data:image/png;base64,[A-Za-z0-9+/=]+\""));

        var eval = Run("eval", Path.Combine(_run, "model.ocs"), "--data", "maskfolder", "--json");
        Assert.Equal(
            headline.Value.Value, eval.Json.GetProperty("metrics").GetProperty("mean-iou").GetDouble(), 1e-6);
        var onnx = Run("eval", Path.Combine(_run, "pruned.onnx"), "--data", "maskfolder", "--json");
        Assert.Equal(
            headline.Value.Value, onnx.Json.GetProperty("metrics").GetProperty("mean-iou").GetDouble(), 1e-3);
    }

    [Fact]
    public void What_does_not_fit_is_a_sentence()
    {
        Assert.Contains(
            "the task is classification, but maskfolder is for segmentation; change one of them, or leave the task out",
            Fails("--set", "task=classification"), StringComparison.Ordinal);
        Assert.Contains(
            "Network 'cifar_resnet8' gives [1, 2] for an image, but a segmentation of maskfolder has 2 classes",
            Fails("--set", "model=cifar_resnet8"), StringComparison.Ordinal);
        Assert.Contains(
            "use a height and a width divisible by 16", Fails("--set", "masks.height=24"), StringComparison.Ordinal);
        Assert.Contains(
            "training.label-smoothing is for the task classification", Fails("--set", "training.label-smoothing=0.1"),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(_run));
    }

    private string Fails(params string[] more)
    {
        var failed = Run(["train", _config, "--out", _run, .. more]);
        Assert.Equal(2, failed.Code);
        return failed.Error;
    }

    private CommandResult Run(params string[] arguments) =>
        CommandLine.Run([.. arguments, "--data-root", _folder.PathOf("data")]);

    // A bright square on a dark ground.
    private void Write(string split, int image)
    {
        var (left, top) = (2 + (image * 7 % 14), 2 + (image * 11 % 14));
        var mask = Enumerable.Range(0, Size * Size).Select(i => (byte)(
            i % Size >= left && i % Size < left + 12 && i / Size >= top && i / Size < top + 12 ? 1 : 0)).ToArray();
        byte[] plane = [.. mask.Select((label, i) => (byte)((label * 140) + 40 + (i * (image + 3) % 50)))];
        _folder.Write($"data/{split}/images/{image}.png", PngFiles.Rgb(Size, Size, [.. plane, .. plane, .. plane]));
        _folder.Write($"data/{split}/masks/{image}.png", PngFiles.Grey(Size, Size, mask));
    }
}
