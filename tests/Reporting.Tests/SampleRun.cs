using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting.Tests;

/// <summary>A made-up but plausible run: cifar_resnet20, 20 epochs, sparsity learning from 3, cut at 9.</summary>
internal static class SampleRun
{
    private const int Start = 3;
    private const int Stable = 9;
    private static readonly int[] InnerKept = [10, 13, 8, 19, 21, 15, 36, 25, 14];
    private static readonly int[] ResidualKept = [16, 28, 52];

    public const string Config = """
        model: cifar_resnet20
        data: cifar10
        epochs: 20
        seed: 42
        prune:
          preset: paper
          target: 0.5
          epsilon: 0.001
          sparsity-start-epoch: 3
        optimizer:
          kind: sgd
          learning-rate: 0.1
          momentum: 0.9
          weight-decay: 0.0005
        """;

    public static RunFolder Folder { get; } = new("runs/sample", Records(), Summary(), Config, null);

    /// <summary>Four runs: two seeds of a row of the paper, one with another target, and one under way.</summary>
    public static RunFolder[] Several { get; } =
    [
        Other(1, 0.3888, 0.935, 0.6112, cut: 9),
        Other(2, 0.3888, 0.937, 0.6112, cut: 11),
        Other(1, 0.4693, 0.9385, 0.53, cut: 9),
        new("runs/run-4", Records()[..4], null, null, null),
    ];

    /// <summary>Writes the run as the trainer would.</summary>
    public static void WriteTo(string folder, RunFolder? run = null)
    {
        run ??= Folder;
        using var writer = new RunLogWriter(folder);
        foreach (var record in run.Records)
        {
            writer.Append(record);
        }

        if (run.Summary is not null)
        {
            writer.WriteSummary(run.Summary);
        }

        if (run.Config is not null)
        {
            File.WriteAllText(Path.Combine(folder, RunFolder.ConfigName), run.Config);
        }
    }

    private static RunFolder Other(ulong seed, double left, double accuracy, double target, int cut) => Folder with
    {
        Path = $"runs/run-{seed + (target < 0.6 ? 2u : 0)}",
        Summary = Folder.Summary! with
        {
            Model = "cifar_resnet56",
            Seed = seed,
            Target = target,
            CutEpoch = cut,
            ValAccuracy = accuracy,
            MacsBefore = 125_700_000,
            MacsAfter = (long)(125_700_000 * left),
            Baseline = new() { ValAccuracy = 0.9397, Macs = 125_700_000, Parameters = 855_770, TotalSeconds = 500 },
        },
    };

    private static ImmutableArray<RunRecord> Records()
    {
        double[] similarity = [0.62, 0.71, 0.78, 0.83, 0.905, 0.951, 0.98, 0.9985, 0.9994, 0.9998];
        double[] learningRates = [.. Enumerable.Range(0, 20).Select(e => e < 10 ? 0.1 : e < 15 ? 0.02 : 0.004)];
        var records = ImmutableArray.CreateBuilder<RunRecord>();
        var lambda = 0.0;
        for (var epoch = 0; epoch < 20; epoch++)
        {
            var phase = epoch < Start ? RunPhase.Train : epoch < Stable ? RunPhase.Sparsity : RunPhase.Final;
            lambda += phase == RunPhase.Sparsity ? 1e-4 * (epoch - Start + 1) : 0;
            var final = phase == RunPhase.Final;
            var step = epoch < 10 ? 0 : epoch < 15 ? 0.045 : 0.057;
            var wobble = 0.012 * Math.Sin(epoch * 2.3) * (step > 0 ? 0.15 : 1);
            var accuracy = 0.858 - (0.42 * Math.Exp(-epoch / 2.6)) + step + wobble;
            var known = Math.Min(epoch, Stable);
            records.Add(new RunRecord
            {
                Epoch = epoch,
                Phase = phase,
                TrainLoss = 0.42 + (1.22 * Math.Exp(-epoch / 2.8)) - (step * 3.4),
                TrainAccuracy = accuracy + (step * 0.7) - 0.012,
                ValAccuracy = accuracy,
                ValLoss = 0.46 + (1.02 * Math.Exp(-epoch / 2.6)) - (step * 2.6) - (wobble * 2),
                J = epoch > 0 && epoch <= Stable ? similarity[epoch] : null,
                JAvg = epoch > 2 && epoch <= Stable ? similarity[(known - 2)..(known + 1)].Average() : null,
                Lambda = phase == RunPhase.Sparsity ? lambda : null,
                Lr = learningRates[epoch],
                Macs = final ? Totals().MacsAfter : Totals().MacsBefore,
                Parameters = final ? 139_514 : 272_474,
                Seconds = final ? 14.1 + (wobble * 8) : 20.4 + (wobble * 12),
                ImagesPerSecond = (final ? 3705 : 2530) - (wobble * 6000),
                WaitFraction = 0.004,
                SearchSeconds = epoch is >= 1 and <= Stable ? 0.21 : null,
                Norms = epoch is >= 1 and <= Stable ? Norms(epoch) : null,
            });
        }

        return records.ToImmutable();
    }

    // 200 channels that stay around 0.05, and 248 that sparsity learning takes from 0.02 towards zero.
    private static NormHistogram? Norms(int epoch)
    {
        var shrunk = 0.02 * Math.Pow(0.3, Math.Max(0, epoch - Start));
        return NormHistogram.Of(
            Enumerable.Range(0, 200).Select(i => 0.05 * Math.Exp(Math.Sin(i) / 2)),
            Enumerable.Range(0, 248).Select(i => shrunk * Math.Exp(Math.Sin(i) / 2)));
    }

    private static RunSummary Summary()
    {
        var records = Records();
        var (macsBefore, macsAfter) = Totals();
        var groups = Groups();
        return new RunSummary
        {
            Model = "cifar_resnet20",
            Data = "cifar10",
            Kind = RunKind.Train,
            Preset = "paper",
            Seed = 42,
            Epochs = 20,
            Target = 0.5,
            ValAccuracy = records[^1].ValAccuracy,
            BestAccuracy = records.Max(r => r.ValAccuracy),
            TestSamples = 10000,
            StableEpoch = Stable,
            CutEpoch = Stable,
            SlStartEpoch = Start,
            MacsBefore = macsBefore,
            MacsAfter = macsAfter,
            ParametersBefore = 272_474,
            ParametersAfter = 139_514,
            AccuracyAtCutBefore = 0.8437,
            AccuracyAtCutAfter = 0.8431,
            TotalSeconds = records.Sum(r => r.Seconds) + 25,
            Command = "ocs train experiments/cifar10_resnet20.yaml --set seed=42 --set prune.target=0.5",
            Version = "0.1.0",
            Engine = "libtorch 1.13.1, cpu, 2 threads, channels-last",
            Groups = groups,
            Layers = Layers(),
            Gate = new()
            {
                OutputsEqual = true,
                LargestDifference = 4.8e-7,
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
                LargestDifference = 6.1e-7,
                MeanDifference = 9e-8,
                Tolerance = 1e-4,
            },
            Latency = new()
            {
                Runtime = "libtorch 1.13.1",
                Batch = 1,
                Threads = 2,
                SecondsBefore = 0.00412,
                SecondsAfter = 0.0027,
            },
            Baseline = new() { ValAccuracy = 0.9188, Macs = macsBefore, Parameters = 272_474, TotalSeconds = 408.6 },
        };
    }

    private static (long MacsBefore, long MacsAfter) Totals() =>
        (Layers().Sum(l => l.MacsBefore), Layers().Sum(l => l.MacsAfter));

    private static ImmutableArray<GroupSummary> Groups()
    {
        var layers = Layers();
        var groups = ImmutableArray.CreateBuilder<GroupSummary>();
        void Add(string name, int kept, Func<LayerSummary, bool> member, string? frozen = null)
        {
            var members = layers.Where(member).ToArray();
            groups.Add(new GroupSummary
            {
                Id = groups.Count,
                Name = name,
                Channels = members[0].ChannelsBefore,
                Kept = [.. Enumerable.Range(0, kept).Select(i => i * members[0].ChannelsBefore / kept)],
                FrozenReason = frozen,
                MacsBefore = members.Sum(l => l.MacsBefore),
                MacsAfter = members.Sum(l => l.MacsAfter),
            });
        }

        for (var block = 0; block < 9; block++)
        {
            var stage = block / 3;
            var prefix = $"layer{stage + 1}";
            if (block % 3 == 0)
            {
                Add(stage == 0 ? "conv1" : $"{prefix}.0.conv2", ResidualKept[stage], l =>
                    (stage == 0 && l.Name == "conv1") || (l.Name.StartsWith(prefix, StringComparison.Ordinal)
                        && !l.Name.EndsWith("conv1", StringComparison.Ordinal)));
            }

            var name = $"{prefix}.{block % 3}.conv1";
            Add(name, InnerKept[block], l => l.Name == name);
        }

        Add("fc", 10, l => l.Name == "fc", "graph output: the classes");
        return groups.ToImmutable();
    }

    private static ImmutableArray<LayerSummary> Layers()
    {
        var layers = ImmutableArray.CreateBuilder<LayerSummary>();
        void Conv(string name, int kernel, int side, (int Before, int After) input, (int Before, int After) output)
        {
            var area = (long)kernel * kernel * side * side;
            layers.Add(new LayerSummary
            {
                Name = name,
                Parameter = name + ".weight",
                ChannelsBefore = output.Before,
                ChannelsAfter = output.After,
                MacsBefore = area * input.Before * output.Before,
                MacsAfter = area * input.After * output.After,
                Status = output.Before == output.After ? LayerStatus.Kept : LayerStatus.Pruned,
                Reason = output.Before == output.After ? "every channel ranks above the cut" : null,
            });
        }

        var current = (Before: 16, After: ResidualKept[0]);
        Conv("conv1", 3, 32, (3, 3), current);
        for (var block = 0; block < 9; block++)
        {
            var stage = block / 3;
            var side = 32 >> stage;
            var width = (Before: 16 << stage, After: ResidualKept[stage]);
            var inner = (width.Before, InnerKept[block]);
            var name = $"layer{stage + 1}.{block % 3}";
            Conv(name + ".conv1", 3, side, current, inner);
            Conv(name + ".conv2", 3, side, inner, width);
            if (current.Before != width.Before)
            {
                Conv(name + ".downsample.0", 1, side, current, width);
            }

            current = width;
        }

        layers.Add(new LayerSummary
        {
            Name = "fc",
            Parameter = "fc.weight",
            ChannelsBefore = 10,
            ChannelsAfter = 10,
            MacsBefore = 640,
            MacsAfter = current.After * 10,
            Status = LayerStatus.Frozen,
            Reason = "graph output: the number of classes is fixed",
        });
        return layers.ToImmutable();
    }
}
