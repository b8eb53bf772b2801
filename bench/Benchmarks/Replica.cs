using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ocs.Data;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>Measurements of a child as one of several processes, or alone if its environment names no others.</summary>
internal static class Replica
{
    /// <summary>Sizes of all-reduces, in bytes; the first one is only latency.</summary>
    public static ImmutableArray<int> Sizes { get; } = [4, 64 << 10, 1 << 20, 4 << 20, 16 << 20];

    /// <summary>Training steps on its part of a batch, with averaged gradients if there is a group.</summary>
    public static JsonObject Steps(string network, int batch, int threads, int warmUps, int steps)
    {
        TorchRuntime.Threads = threads;
        using var group = Join();
        using var step = new TrainingStep(Models.Build(network), MemoryFormat.Contiguous, batch: batch, group: group);
        for (var i = 0; i < warmUps; i++)
        {
            step.Run();
        }

        var before = Environment.CpuUsage.TotalTime;
        var fastest = Enumerable.Range(0, steps).Min(_ => step.Run());
        var processor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / steps;
        return new()
        {
            ["fastest_ms"] = fastest,
            ["processor_ms"] = processor,
            ["bytes"] = 4.0 * step.Parameters.Trainable.Sum(name => step.Parameters[name].ElementCount),
        };
    }

    /// <summary>The fastest all-reduces of <see cref="Sizes"/>.</summary>
    public static JsonObject Collectives(int calls)
    {
        using var group = Join()!;
        var fastest = new JsonArray();
        foreach (var bytes in Sizes)
        {
            using var tensor = Tensor.Zeros([bytes / sizeof(float)]);
            group.AllReduce(tensor);
            fastest.Add(Enumerable.Range(0, calls).Min(_ =>
            {
                var start = Stopwatch.GetTimestamp();
                group.AllReduce(tensor);
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }));
        }

        return new() { ["ms"] = fastest };
    }

    /// <summary>Prepares batches of 128 images of 3x32x32, cropped and mirrored, on one thread.</summary>
    public static JsonObject Input(int batches)
    {
        const int Batch = 128;
        var images = new ImageDataset(
            "blank", new byte[Batch * batches * 3 * 32 * 32], [.. Enumerable.Repeat(0, Batch * batches)], 3, 32,
            32, ["one"],
            new([0, 0, 0], [1, 1, 1]));
        using var loader = new BatchLoader(
            images, BatchLoaderOptions.Train(Batch, AugmentationOptions.CifarTrain, seed: 0)
                with
            { PrefetchDepth = 0, MemoryFormat = MemoryFormat.Contiguous });
        var milliseconds = new List<double>();
        var start = Stopwatch.GetTimestamp();
        foreach (var batch in loader.Epoch(0))
        {
            batch.Dispose();
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
        }

        return new() { ["ms_per_image"] = milliseconds.Min() / Batch };
    }

    /// <summary>An unused port.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static ProcessGroup? Join()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "");
        return Rendezvous.FromEnvironment(variables) is { } rendezvous ? ProcessGroup.Join(rendezvous) : null;
    }
}
