using System.Collections.Immutable;
using System.Reflection;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Training.Checkpoints;

namespace Ocs.Training.Runs;

/// <summary>Converts the result of a run into `summary.json`.</summary>
internal static class RunSummaries
{
    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(RunSummaries).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "";

    /// <summary>The summary of a training run.</summary>
    public static RunSummary Of(
        TrainingResult result, TrainingData data, TrainingOptions training, OneCycleOptions? pruning,
        RunState run, string engine) => new()
        {
            Model = result.Original.Name,
            Data = data.Train.Name,
            Kind = run.Kind,
            Weights = run.Weights,
            Teacher = run.Teacher,
            Seed = training.Seed,
            Epochs = result.EpochsDone,
            Target = pruning?.Target,
            ValAccuracy = result.ValidationAccuracy,
            ValTop5Accuracy = result.Evaluation?.Top5Accuracy,
            ValMetrics = EpochRecord.Others(result.Task, result.Evaluation),
            BestAccuracy = result.Task is Classification ? result.Best : null,
            TestSamples = data.Test.Count,
            Problem = result.Problem,
            Warnings = result.Warnings,
            CutWasForced = result.Record is null ? null : result.WasForced,
            StableEpoch = result.StableEpoch,
            CutEpoch = result.CutEpoch,
            SlStartEpoch = result.SparsityStartEpoch,
            ChosenRanking = result.ChosenRanking is { } ranking ? OptionName.Of($"{ranking}") : null,
            MacsBefore = result.Original.Macs,
            MacsAfter = result.Graph.Macs,
            ParametersBefore = result.Original.ParameterCount,
            ParametersAfter = result.Graph.ParameterCount,
            AccuracyAtCutBefore = result.BeforeCut?.Accuracy,
            AccuracyAtCutAfter = result.AfterCut?.Accuracy,
            AccuracyAfterRepair = result.AfterRepair?.Accuracy,
            Headline = HeadlineOf(result),
            StepSecondsBefore = result.StepSpeed?.Before,
            StepSecondsAfter = result.StepSpeed?.After,
            ImagesPerSecondBefore = result.SamplesPerSecondBefore,
            ImagesPerSecondAfter = result.SamplesPerSecondAfter,
            TotalSeconds = result.TotalSeconds,
            SharedSeconds = result.SharedSeconds,
            Command = run.Command,
            Version = Version,
            Engine = engine,
            Groups = Groups(result.Groups, result.Record, result.Layers),
            Layers = Layers(result.Layers),
            Parts = NetworkParts.Of(result.Original, result.Graph),
            Gate = result.Gate is { } gate ? Of(gate) : null,
        };

    // Accuracies have their own fields.
    private static HeadlineSummary? HeadlineOf(TrainingResult result)
    {
        var metric = result.Task.Metrics[0];
        return result.Task is Classification ? null : new()
        {
            Name = metric.Name,
            HigherIsBetter = metric.HigherIsBetter,
            IsFraction = metric.IsFraction,
            Value = result.Evaluation?.Headline,
            BeforeCut = result.BeforeCut?.Headline,
            AfterCut = result.AfterCut?.Headline,
            AfterRepair = result.AfterRepair?.Headline,
        };
    }

    /// <summary>All groups, including frozen ones, with their costs before and after; empty without a cut.</summary>
    public static ImmutableArray<GroupSummary> Groups(
        ImmutableArray<Group> groups, PruningRecord? record, ImmutableArray<LayerOutcome> layers)
    {
        if (record is null)
        {
            return [];
        }

        var costs = layers.ToLookup(layer => layer.Group);
        return
        [
            .. groups.Select((group, position) => new GroupSummary
            {
                Id = group.Id,
                Name = group.Name,
                Channels = record.Groups[position].Channels,
                Kept = record.Groups[position].Kept,
                FrozenReason = group.FrozenReason,
                MacsBefore = costs[position].Sum(layer => layer.MacsBefore),
                MacsAfter = costs[position].Sum(layer => layer.MacsAfter),
            }),
        ];
    }

    /// <summary>The "why not pruned" table.</summary>
    public static ImmutableArray<LayerSummary> Layers(ImmutableArray<LayerOutcome> layers) =>
    [
        .. layers.Select(layer => new LayerSummary
        {
            Name = layer.Name,
            Parameter = layer.Parameter,
            ChannelsBefore = layer.ChannelsBefore,
            ChannelsAfter = layer.ChannelsAfter,
            MacsBefore = layer.MacsBefore,
            MacsAfter = layer.MacsAfter,
            Status = layer.FrozenReason is not null ? LayerStatus.Frozen
                : layer.ChannelsAfter < layer.ChannelsBefore ? LayerStatus.Pruned
                : LayerStatus.Kept,
            Reason = layer.FrozenReason ?? (layer.ChannelsAfter < layer.ChannelsBefore ? null : layer.KeptReason),
        }),
    ];

    /// <summary>The proof of a cut.</summary>
    public static GateSummary Of(GateResult gate) => new()
    {
        OutputsEqual = gate.OutputsEqual,
        LargestDifference = double.IsFinite(gate.LargestDifference) ? gate.LargestDifference : null,
        Backward = gate.Backward,
        Shapes = gate.Shapes,
        Reload = gate.Reload,
        Macs = gate.Macs,
        Passed = gate.Passed,
    };
}
