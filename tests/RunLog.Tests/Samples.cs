namespace Ocs.RunLog.Tests;

internal static class Samples
{
    public static RunRecord Record(int epoch) => new()
    {
        Epoch = epoch,
        Phase = RunPhase.Sparsity,
        TrainLoss = 1.25,
        ValAccuracy = 0.625,
        ValLoss = 1.5,
        J = 0.875,
        JAvg = null,
        Lambda = 0.0001,
        Lr = 0.1,
        Macs = 41_000_000,
        Parameters = 270_000,
        Seconds = 12.5,
        ImagesPerSecond = 4000,
        TrainAccuracy = 0.5,
        WaitFraction = 0.01,
        SearchSeconds = 0.25,
    };

    public static RunSummary Summary { get; } = new()
    {
        Model = "cifar_resnet20",
        Data = "cifar10",
        Kind = RunKind.Train,
        Preset = "paper",
        Seed = 7,
        Epochs = 20,
        Target = 0.5,
        ValAccuracy = 0.9,
        BestAccuracy = 0.91,
        TestSamples = 10000,
        StableEpoch = 9,
        CutEpoch = 9,
        SlStartEpoch = 3,
        ChosenRanking = "global",
        MacsBefore = 100,
        MacsAfter = 50,
        ParametersBefore = 10,
        ParametersAfter = 4,
        AccuracyAtCutBefore = 0.8,
        AccuracyAtCutAfter = 0.79,
        StepSecondsBefore = 0.25,
        StepSecondsAfter = 0.125,
        ImagesPerSecondBefore = 340.5,
        ImagesPerSecondAfter = 450.25,
        TotalSeconds = 300.5,
        Command = "ocs train \"a b.yaml\" --set name=ärger",
        Version = "0.1.0",
        Engine = "libtorch 1.13.1, cpu, 2 threads",
        Groups =
        [
            new() { Id = 0, Name = "conv1", Channels = 4, Kept = [0, 2], MacsBefore = 60, MacsAfter = 20 },
            new()
            {
                Id = 1,
                Name = "fc",
                Channels = 2,
                Kept = [0, 1],
                FrozenReason = "graph output",
                MacsBefore = 40,
                MacsAfter = 30,
            },
        ],
        Parts =
        [
            new()
            {
                Name = "backbone", MacsBefore = 60, MacsAfter = 20, ParametersBefore = 40, ParametersAfter = 20,
            },
        ],
        Layers =
        [
            new()
            {
                Name = "conv1", Parameter = "conv1.weight", ChannelsBefore = 4, ChannelsAfter = 2,
                MacsBefore = 60, MacsAfter = 20, Status = LayerStatus.Pruned,
            },
            new()
            {
                Name = "fc", Parameter = "fc.weight", ChannelsBefore = 2, ChannelsAfter = 2,
                MacsBefore = 40, MacsAfter = 30, Status = LayerStatus.Frozen, Reason = "graph output",
            },
        ],
        Gate = new()
        {
            OutputsEqual = true,
            LargestDifference = 1e-6,
            Backward = true,
            Shapes = true,
            Reload = true,
            Macs = true,
            Passed = true,
        },
        Onnx = new()
        {
            Equal = true,
            Runtime = "ONNX Runtime 1.30.0",
            LargestDifference = 1e-6,
            MeanDifference = 2e-7,
            Tolerance = 1e-4,
        },
        Latency =
            new() { Runtime = "libtorch 1.13.1", Batch = 1, Threads = 2, SecondsBefore = 0.004, SecondsAfter = 0.0025 },
        Baseline = new() { ValAccuracy = 0.92, Macs = 100, Parameters = 10, TotalSeconds = 400 },
    };
}
