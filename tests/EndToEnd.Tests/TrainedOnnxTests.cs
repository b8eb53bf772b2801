using System.Globalization;
using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// A person's own trained network, as a file of ONNX, cut by half with default options: it must end about as accurate
/// as it was.
/// </summary>
[NoTensorLeaks]
public sealed class TrainedOnnxTests : IDisposable
{
    private const int Size = 64;
    private const int TrainImages = 40;
    private const int TestImages = 20;
    private static readonly string[] Patterns = ["checks", "columns", "dots", "plain", "rows"];
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public TrainedOnnxTests()
    {
        var dice = new Dice(7);
        foreach (var (split, count) in new[] { ("train", TrainImages), ("val", TestImages) })
        {
            for (var pattern = 0; pattern < Patterns.Length; pattern++)
            {
                var place = Directory.CreateDirectory(Path.Combine(Root, split, Patterns[pattern])).FullName;
                for (var image = 0; image < count; image++)
                {
                    File.WriteAllBytes(
                        Path.Combine(place, $"{image}.jpg"), JpegWriter.Encode(Size, Size, Draw(pattern, dice)));
                }
            }
        }

        _config = _folder.Write("run.yaml", $$"""
            data: imagefolder
            images: { size: {{Size}} }
            training: { epochs: 12, batch-size: 20 }
            pruning: { target: 0.5 }
            """);
    }

    private string Root => _folder.PathOf("my images");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void With_and_without_batch_norms_it_keeps_its_accuracy()
    {
        WriteNetwork(_folder.PathOf("random.ocs"));
        var trained = RunLogReader.Read(
            Train("baseline", "random.ocs", "whole", "--set", "training.learning-rate=0.05")).Summary!;
        Assert.InRange(trained.ValAccuracy!.Value, 0.97, 1);

        foreach (var (file, options)
            in new[] { ("kept.onnx", Array.Empty<string>()), ("folded.onnx", ["--fold-batch-norm"]) })
        {
            CommandLine.Run(["export", _folder.PathOf("whole/model.ocs"), "--onnx", _folder.PathOf(file), .. options]);

            var run = Train("train", file, file + "-run");

            var summary = RunLogReader.Read(run).Summary!;
            Assert.True(summary.ValAccuracy >= trained.ValAccuracy - 0.02, string.Create(
                CultureInfo.InvariantCulture, $"{file}: {trained.ValAccuracy} before, {summary.ValAccuracy} after"));
            Assert.Null(summary.Problem);
            Assert.InRange(1 - (double)summary.MacsAfter / summary.MacsBefore, 0.5, 0.6);
            Assert.False(File.Exists(Path.Combine(run, "whole.ocs")));
        }
    }

    private string Train(string command, string model, string folder, params string[] more)
    {
        var run = _folder.PathOf(folder);
        var result = CommandLine.Run(
            [command, _config, "--data-root", Root, "--set", $"model={_folder.PathOf(model)}", "--out", run, .. more]);
        Assert.True(result.Code == 0, result.Output + result.Error);
        return run;
    }

    // Separable convolutions, as in MobileNet.
    private static void WriteNetwork(string path)
    {
        var g = new GraphBuilder("separable");
        var x = g.Input("image", 3, Size, Size);
        x = g.Relu("relu", g.BatchNorm2d("bn", g.Conv2d("conv", x, 16, 3, stride: 2, padding: 1)));
        var (block, channels) = (0, 16);
        foreach (var (width, stride) in new[] { (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1) })
        {
            var depthwise = g.Conv2d(
                $"block{block}.depthwise", x, channels, 3, stride: stride, padding: 1, groups: channels);
            x = g.Relu($"block{block}.relu1", g.BatchNorm2d($"block{block}.bn1", depthwise));
            x = g.Relu(
                $"block{block}.relu2",
                g.BatchNorm2d($"block{block}.bn2", g.Conv2d($"block{block}.pointwise", x, width, 1)));
            (block, channels) = (block + 1, width);
        }

        var graph = g.Build(
            g.Linear("fc", g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1)), Patterns.Length));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        OcsFile.Write(path, graph, parameters, record: null);
    }

    // A pattern of two colours and a random period, with noise.
    private static byte[] Draw(int pattern, Dice dice)
    {
        var period = 6 + dice.Roll(6);
        var (dark, light) = (dice.Floats(3, 0, 90), dice.Floats(3, 130, 230));
        var (left, top) = (dice.Roll(period), dice.Roll(period));
        var pixels = new byte[Size * Size * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (row, column, colour) = (i / 3 / Size + top, i / 3 % Size + left, i % 3);
            var (isOddRow, isOddColumn) = (row / (period / 2) % 2 == 1, column / (period / 2) % 2 == 1);
            var isLight = Patterns[pattern] switch
            {
                "checks" => isOddRow ^ isOddColumn,
                "columns" => isOddColumn,
                "dots" => isOddRow && isOddColumn,
                "rows" => isOddRow,
                _ => false,
            };
            pixels[i] = (byte)((isLight ? light : dark)[colour] + dice.Roll(25));
        }

        return pixels;
    }
}
