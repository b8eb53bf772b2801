using System.Collections.Immutable;
using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Runs;
using SixLabors.ImageSharp.PixelFormats;

namespace Ocs.Cli.Commands;

/// <summary>`ocs detect`: finds objects in pictures, and draws their boxes.</summary>
internal static class DetectCommand
{
    public static Command Create(CommandConsole console)
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "The .ocs file of a detector.",
            HelpName = "MODEL",
            CompletionSources = { PathValues.Files(".ocs") },
        };
        var images = new Argument<string[]>("IMAGE")
        {
            Description = "Pictures.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "IMAGE",
            CompletionSources = { PathValues.Pictures },
        };
        var folder = new Option<string>("--out")
        {
            Description = "The folder for the pictures with boxes.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "detections",
            CompletionSources = { PathValues.Folders },
        };
        var score = new Option<double>("--score")
        {
            Description = "The least score of a box that is shown, 0 to 1.",
            HelpName = "X",
            DefaultValueFactory = _ => 0.3,
        };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var command = new Command("detect", "Finds objects in pictures, and draws their boxes.")
        {
            model, images, folder, score, device, threads,
        };
        command.SetAction(parsed =>
        {
            using var computing = ThreadCount.Use(parsed.GetValue(threads));
            return Run(
                parsed.GetRequiredValue(model), parsed.GetRequiredValue(images), parsed.GetRequiredValue(folder),
                parsed.GetValue(score), Devices.Find(parsed.GetValue(device)), console);
        });
        return command;
    }

    private static int Run(
        string model, string[] images, string folder, double score, Device device, CommandConsole console)
    {
        if (score is not (>= 0 and <= 1))
        {
            throw new OcsInputException(
                FormattableString.Invariant($"--score must be from 0 to 1, but is {score}."));
        }

        using var network = Network.Load(model);
        FiniteWeights.Require(model, network.Parameters);
        using var task = Detection.For(network.Graph, NamesFor(model, network.Graph));
        using var placed = network.To(device);
        var pictures = PicturesOf(images, folder);
        Directory.CreateDirectory(folder);
        var rows = new List<DetectedObject>();
        foreach (var (image, picture) in images.Zip(pictures))
        {
            rows.AddRange(Detect(placed, task, image, picture, score, device));
        }

        Show(rows, images.Length, folder, console);
        return ExitCode.Fine;
    }

    // Checked before anything is written: no output may overwrite an input or another output.
    private static string[] PicturesOf(string[] images, string folder)
    {
        var read = images.Select(Path.GetFullPath).ToHashSet(StringComparer.Ordinal);
        var written = new HashSet<string>(StringComparer.Ordinal);
        return Array.ConvertAll(images, image =>
        {
            var picture = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(image)}.png");
            return read.Contains(Path.GetFullPath(picture))
                ? throw new OcsInputException($"{picture} would be overwritten; give another folder (--out DIR).")
                : written.Add(picture) ? picture : throw new OcsInputException(
                    $"{image} and another image would both become {picture}; process one of them separately.");
        });
    }

    private static IEnumerable<DetectedObject> Detect(
        Network network, Detection task, string image, string picture, double score, Device device)
    {
        var size = (int)network.Graph.InputNodes.First().Shape[^1];
        var options = new DetectionDatasetOptions { Size = size };
        options = TrainingDataSource.Remembered(network.Graph) is { } normalization
            ? options with { Normalization = normalization }
            : options;
        using var reader = new DetectionImageReader(options);
        var (height, width) = reader.Open(image);
        using var pixels = Tensor.Empty([1, 3, size, size]);
        reader.Write((height, width), (0, 0, height, width), mirrored: false, colours: null, pixels.AsSpan<float>());
        using var input = pixels.To(device);
        using var _ = Autograd.NoGrad();
        var outputs = network.ForwardAll([input]);
        try
        {
            var found = task.Decode(outputs)[0].Where(box => box.Score >= score).ToList();
            var framed = Drawing.Framed(
                Whole(reader.Pixels, height * width), width, found.Select(box => (box.Class, box.Box)));
            AtomicFile.Write(picture, stream => Drawing.WritePng(stream, framed, height, width));
            return
            [
                .. found.Select(box => new DetectedObject(
                    image, task.ClassNames[box.Class], Math.Round(box.Score, 4),
                    Math.Round(box.Box.Left * width, 1), Math.Round(box.Box.Top * height, 1),
                    Math.Round(box.Box.Right * width, 1), Math.Round(box.Box.Bottom * height, 1))),
            ];
        }
        finally
        {
            outputs.ToList().ForEach(output => output.Dispose());
        }
    }

    private static Rgb24[] Whole(ReadOnlySpan<byte> pixels, int count)
    {
        var whole = new Rgb24[count];
        for (var i = 0; i < count; i++)
        {
            whole[i] = new(pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]);
        }

        return whole;
    }

    // A run stores its class names beside the network.
    private static ImmutableArray<string> NamesFor(string model, Graph graph)
    {
        var count = (int)graph.Nodes[graph.Outputs[^1]].Shape[^1] - 1;
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, RunDirectory.ClassesName);
        ImmutableArray<string> names = File.Exists(file) ? [.. File.ReadLines(file)] : [];
        return names.Length == count ? names : [.. Enumerable.Range(0, count).Select(label => $"class {label}")];
    }

    private static void Show(List<DetectedObject> rows, int images, string folder, CommandConsole console)
    {
        if (console.Json)
        {
            console.WriteJson(new(rows), CliJson.Readable.DetectOutput);
            return;
        }

        var table = new Table().AddColumns("image", "object", "score", "left", "top", "right", "bottom");
        foreach (var row in rows)
        {
            table.AddRow(
                row.Image, row.Class, Numbers.Percent(row.Score), $"{row.Left:0}", $"{row.Top:0}", $"{row.Right:0}",
                $"{row.Bottom:0}");
        }

        console.Write(table);
        console.WriteLine($"{Numbers.Whole(rows.Count)} objects in {Numbers.Whole(images)} pictures: {folder}");
    }
}

/// <summary>`ocs detect --json`.</summary>
internal sealed record DetectOutput(IReadOnlyList<DetectedObject> Objects);

/// <summary>A detected object; the box is in pixels of the picture.</summary>
internal sealed record DetectedObject(
    string Image, string Class, double Score, double Left, double Top, double Right, double Bottom);
