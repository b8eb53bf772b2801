using System.Text.RegularExpressions;
using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>Objects in images: train and eval by the command.</summary>
[NoTensorLeaks]
public sealed class DetectionRunTests : IDisposable
{
    private const int Size = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly string _config;
    private readonly string _run;

    public DetectionRunTests()
    {
        _run = _folder.PathOf("run");
        _config = _folder.Write("run.yaml", $$"""
            model: ssd300_resnet18
            data: yolo
            boxes: { size: {{Size}}, class-names: [light, dark] }
            training: { epochs: 3, batch-size: 8, learning-rate: 0.002, layout: contiguous, padding: never }
            pruning: { target: 0.3 }
            """);
        for (var image = 0; image < 20; image++)
        {
            Write(image < 16 ? "train" : "val", image);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_detector_is_trained_cut_measured_and_exported()
    {
        var train = Run("train", _config, "--out", _run);

        Assert.True(train.Code is 0 or 3, train.Error);
        Assert.Contains("16 images with boxes of 2 classes; measured on 4", train.Output, StringComparison.Ordinal);
        var summary = RunLogReader.Read(_run).Summary!;
        Assert.InRange(summary.MacsAfter, 1, 0.7 * summary.MacsBefore);
        Assert.True(summary.Gate!.Passed);
        Assert.True(summary.Onnx!.Equal);
        Assert.Equal("map50", summary.Headline!.Name);
        Assert.Equal(["backbone", "backbone.extra", "head"], summary.Parts.Select(part => part.Name));
        Assert.Equal(
            (summary.MacsBefore, summary.MacsAfter, summary.ParametersBefore, summary.ParametersAfter),
            (summary.Parts.Sum(part => part.MacsBefore), summary.Parts.Sum(part => part.MacsAfter),
                summary.Parts.Sum(part => part.ParametersBefore), summary.Parts.Sum(part => part.ParametersAfter)));
        Assert.Contains("\nbackbone.extra ", train.Output, StringComparison.Ordinal);
        Assert.Equal(
            4 * 4, Regex.Count(File.ReadAllText(Path.Combine(_run, "report.html")), "<td><img src=\"data:image/png"));
        Assert.Contains("<polyline", File.ReadAllText(Path.Combine(_run, "report.html")), StringComparison.Ordinal);
        var eval = Run("eval", Path.Combine(_run, "model.ocs"), "--json").Json;
        Assert.Equal(
            summary.Headline.Value!.Value, eval.GetProperty("metrics").GetProperty("map50").GetDouble(), 1e-6);

        Assert.Contains(
            "--normalization needs --data",
            CommandLine.Fails("eval", Path.Combine(_run, "model.ocs"), "--normalization", "imagenet"),
            StringComparison.Ordinal);
        Assert.Contains(
            "A configuration states where the files of yolo are",
            CommandLine.Fails("eval", Path.Combine(_run, "model.ocs"), "--data", "yolo"), StringComparison.Ordinal);

        var (pictures, image) = (_folder.PathOf("found"), _folder.PathOf("data/images/val/18.png"));
        var detect = CommandLine.Run(
            "detect", Path.Combine(_run, "model.ocs"), image, "--out", pictures, "--score", "0.05", "--json");
        Assert.Equal((0, ""), (detect.Code, detect.Error));
        Assert.NotEmpty(File.ReadAllBytes(Path.Combine(pictures, "18.png")));
        foreach (var found in detect.Json.GetProperty("objects").EnumerateArray())
        {
            Assert.Contains(found.GetProperty("class").GetString(), (string[])["light", "dark"]);
            Assert.InRange(found.GetProperty("left").GetDouble(), 0, found.GetProperty("right").GetDouble());
        }

        Assert.Contains(
            "would be overwritten; give another folder",
            CommandLine.Fails(
                "detect", Path.Combine(_run, "model.ocs"), image, "--out", _folder.PathOf("data/images/val")),
            StringComparison.Ordinal);
        var namesake = _folder.Write("other/18.png", File.ReadAllBytes(image));
        Assert.Contains(
            "would both become",
            CommandLine.Fails("detect", Path.Combine(_run, "model.ocs"), image, namesake, "--out", pictures),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pruned_classifier_is_the_trunk_of_a_detector()
    {
        var trunk = _folder.PathOf("trunk.ocs");
        var prune = CommandLine.Run(
            "prune", "resnet18", "--input-size", $"3x{Size}x{Size}", "--target", "0.6", "--out", trunk);
        Assert.True(prune.Code is 0, prune.Error);

        var baseline = Run(
            "baseline", _config, "--out", _run, "--set", $"boxes.backbone={trunk}", "--set", "training.epochs=1");
        Assert.True(baseline.Code is 0 or 3, baseline.Error);
        using var narrow = Network.Load(trunk);
        using var detector = Network.Load(Path.Combine(_run, "model.ocs"));
        Assert.Equal(
            narrow.Graph.Parameter("layer2.0.conv1.weight").Shape.ToArray(),
            detector.Graph.Parameter("backbone.layer2.0.conv1.weight").Shape.ToArray());
        Assert.True(detector.Graph.Parameter("backbone.layer2.0.conv1.weight").Shape[0] < 128);

        Assert.Contains(
            "trunk.ocs is resnet18: the detector on it is ssd300_resnet18, but `model` is ssd300_resnet50.",
            Fails("--set", $"boxes.backbone={trunk}", "--set", "model=ssd300_resnet50", "--force"),
            StringComparison.Ordinal);
        Assert.Contains(
            "leave one out",
            Fails("--set", $"boxes.backbone={trunk}", "--set", $"weights={trunk}", "--force"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_a_sentence()
    {
        Assert.Contains(
            "boxes.train-annotations", Fails("--set", "boxes.train-annotations=nowhere"), StringComparison.Ordinal);
        Assert.Contains("class 7", Broken("7 0.5 0.5 0.2 0.2"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_run));
    }

    private string Broken(string line)
    {
        _folder.Write("data/labels/train/0.txt", line + "\n");
        return Fails();
    }

    private string Fails(params string[] more)
    {
        var failed = Run(["train", _config, "--out", _run, .. more]);
        Assert.Equal(2, failed.Code);
        return failed.Error;
    }

    private CommandResult Run(params string[] arguments) =>
        CommandLine.Run([.. arguments, "--data-root", _folder.PathOf("data")]);

    private void Write(string split, int image)
    {
        var (left, top, side) = (4 + (image * 7 % 30), 4 + (image * 11 % 30), 24);
        var isLight = image % 2 == 0;
        var plane = Enumerable.Range(0, Size * Size).Select(i => (byte)(
            i % Size >= left && i % Size < left + side && i / Size >= top && i / Size < top + side
                ? isLight ? 230 : 20
                : 90 + (i * (image + 3) % 50))).ToArray();
        _folder.Write($"data/images/{split}/{image}.png", PngFiles.Rgb(Size, Size, [.. plane, .. plane, .. plane]));
        _folder.Write($"data/labels/{split}/{image}.txt", FormattableString.Invariant(
            $"{(isLight ? 0 : 1)} {(left + 12.0) / Size} {(top + 12.0) / Size} {24.0 / Size} {24.0 / Size}\n"));
    }
}
