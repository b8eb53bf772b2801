using System.Text.Json.Nodes;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>
/// One cycle on a CUDA device, on random images of CIFAR's size: step times before and after a cut of 60 %.
/// </summary>
internal static class GpuCycle
{
    private const int BatchSize = 128;
    private const int Images = 50_000;
    private const double Mebibyte = 1 << 20;

    public static JsonObject Run(string network, Precision precision, CudaGraphChoice graph, int epochs)
    {
        var device = Device.Cuda();
        var options = new TrainingOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            LearningRate = 0.01,
            Precision = precision,
            CudaGraph = graph,
        };
        // Plain epochs, then sparsity learning, then the cut network.
        var pruning = OneCycleOptions.Paper with { Target = 0.6, SparsityStartEpoch = 1, LatestCutEpoch = epochs / 2 };
        var data = new TrainingData(Noise(Images, seed: 1), Noise(1000, seed: 2), AugmentationOptions.CifarTrain);
        var built = Models.Build(network);
        using var trainer = new OneCycleTrainer(built, data, options, pruning, new() { Device = device });
        trainer.Observer = new Messages();
        using var result = trainer.Run();
        var memory = CudaMemory.Of(device);
        return new()
        {
            ["before_ms"] = 1000 * BatchSize / result.SamplesPerSecondBefore,
            ["after_ms"] = 1000 * BatchSize / result.SamplesPerSecondAfter,
            ["macs"] = (double)result.Graph.Macs / result.Original.Macs,
            ["peak_mib"] = memory.Peak / Mebibyte,
            ["end_mib"] = memory.InUse / Mebibyte,
            ["libtorch"] = TorchRuntime.Version,
        };
    }

    private static ImageDataset Noise(int count, ulong seed)
    {
        var rng = new Rng(seed);
        var pixels = new byte[count * 3 * 32 * 32];
        for (var i = 0; i < pixels.Length; i += sizeof(ulong))
        {
            BitConverter.TryWriteBytes(pixels.AsSpan(i), rng.NextUInt64());
        }

        return new(
            "noise", pixels, [.. Enumerable.Range(0, count).Select(_ => rng.Next(10))], 3, 32, 32,
            [.. Enumerable.Range(0, 10).Select(label => $"{label}")], Normalization.Cifar10);
    }

    // Standard output is for the result.
    private sealed class Messages : ITrainingObserver
    {
        public void Message(string sentence) => Console.Error.WriteLine(sentence);
    }
}
