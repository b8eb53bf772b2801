using System.Diagnostics;
using System.Text.Json.Nodes;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Benchmarks;

/// <summary>
/// JPEG files to batches, compared with torchvision's ImageFolder with Pillow: one worker each, the same files.
/// </summary>
internal static class ImagePipeline
{
    private const int BatchSize = 64;

    private static readonly (string Name, int Height, int Width, int Size, int Resize, int Images)[] Sets =
        [("64x64", 64, 64, 64, 64, 2000), ("500x375", 375, 500, 224, 256, 200)];

    /// <summary>Images per second and core: training and evaluation, and packed small images.</summary>
    public static IEnumerable<Figure> Measure(Settings settings)
    {
        foreach (var set in Sets)
        {
            var root = Directory.CreateTempSubdirectory("ocs-bench-").FullName;
            try
            {
                var length = ImageFiles.Write(root, set.Height, set.Width, set.Images);
                string[] arguments = [root, $"{set.Size}", $"{set.Resize}"];
                var (ours, packed, theirs) = (new List<JsonNode>(), new List<JsonNode>(), new List<JsonNode>());
                for (var round = 0; round < settings.Rounds; round++)
                {
                    ours.Add(Child.StartSelf(["images", .. arguments, "never"]));
                    if (set.Size == set.Height)
                    {
                        packed.Add(Child.StartSelf(["images", .. arguments, "build"]));
                    }

                    if (Child.StartPeer("imagefolder.py", [.. arguments, $"{BatchSize}"]) is { } peer)
                    {
                        theirs.Add(peer);
                    }
                }

                foreach (var (what, field) in new[] { ("training", "train"), ("evaluation", "evaluate") })
                {
                    var from = $"{set.Name} JPEG of {length / 1000:F1} kB to {set.Size}x{set.Size}, {what}";
                    yield return Row(from, field, ours, theirs, "at least 2");
                    if (packed.Count > 0)
                    {
                        yield return Row($"the same, packed", field, packed, theirs, "-");
                    }
                }
            }
            finally
            {
                Directory.Delete(root, recursive: true);
            }
        }
    }

    /// <summary>The child: images per second of processor time and of wall-clock time, with one worker.</summary>
    public static JsonObject Run(string root, int size, int resize, string packed)
    {
        TorchRuntime.Threads = 1;
        var options = new ImageFolderOptions
        {
            Size = size,
            Resize = resize,
            Workers = 1,
            Packed = Enum.Parse<PackedUse>(packed, ignoreCase: true),
        };
        using var train = new BatchLoader(
            ImageFolder.Open(root, DatasetSplit.Train, options),
            BatchLoaderOptions.Train(BatchSize, AugmentationOptions.ImageNetTrain, seed: 0));
        using var evaluate = new BatchLoader(
            ImageFolder.Open(root, DatasetSplit.Test, options), BatchLoaderOptions.Evaluation(BatchSize));
        var result = new JsonObject();
        foreach (var (name, loader) in new[] { ("train", train), ("evaluate", evaluate) })
        {
            Pass(loader, 0);
            Pass(loader, 1);
            var (processor, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            Pass(loader, 2);
            result[name] = loader.SamplesPerEpoch / (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
            result[$"{name}_clock"] = loader.SamplesPerEpoch / Stopwatch.GetElapsedTime(clock).TotalSeconds;
        }

        return result;
    }

    private static Figure Row(string what, string field, List<JsonNode> ours, List<JsonNode> theirs, string target)
    {
        var mine = Median(ours, field);
        var text = $"{mine:F0} images/s a core (clock: {Median(ours, $"{field}_clock"):F0})";
        if (theirs.Count == 0)
        {
            return new(what, text, "-", "-", target);
        }

        var (other, versions) =
            (Median(theirs, field), $"torchvision {theirs[^1]["torchvision"]}, Pillow {theirs[^1]["pillow"]}");
        var peer = $"{other:F0} (clock: {Median(theirs, $"{field}_clock"):F0}; {versions})";
        return new(what, text, peer, $"{mine / other:F2}", target);
    }

    private static double Median(List<JsonNode> runs, string field) => runs.Select(run => (double)run[field]!).Median();

    private static void Pass(BatchLoader loader, int epoch)
    {
        foreach (var batch in loader.Epoch(epoch))
        {
            batch.Dispose();
        }
    }
}
