using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>The summary of a run: <c>summary.json</c>. Accuracies are fractions, 0 to 1.</summary>
public sealed record RunSummary
{
    /// <summary>The network's name or file.</summary>
    public required string Model { get; init; }

    /// <summary>The file of the initial weights; null for random weights.</summary>
    public string? Weights { get; init; }

    /// <summary>The teacher, or its file; absent without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Teacher { get; init; }

    /// <summary>The data set's name; null if none was used.</summary>
    public string? Data { get; init; }

    /// <summary>The command that made the run.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>The options' preset: auto, paper or official.</summary>
    public string? Preset { get; init; }

    /// <summary>The seed of all random choices of the run.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Epochs trained in all.</summary>
    public int Epochs { get; init; }

    /// <summary>Fraction of the resource to remove (Eq. 1), 0 to 1.</summary>
    public double? Target { get; init; }

    /// <summary>Accuracy of the final network.</summary>
    public double? ValAccuracy { get; init; }

    /// <summary>Top-5 accuracy; absent for ten classes or fewer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValTop5Accuracy { get; init; }

    /// <summary>The metrics of a task without accuracies for the final network, by name; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, double>? ValMetrics { get; init; }

    /// <summary>Best accuracy after the cut (in an unpruned run, of all epochs).</summary>
    public double? BestAccuracy { get; init; }

    /// <summary>Number of samples that the accuracies were measured on.</summary>
    public int? TestSamples { get; init; }

    /// <summary>
    /// Why the network is unusable: it has collapsed, has learnt nothing, or the run has failed. Null if it is usable.
    /// </summary>
    public string? Problem { get; init; }

    /// <summary>Warnings of the run, one sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Whether the network was cut before its sub-network was stable; null if it was not cut.</summary>
    public bool? CutWasForced { get; init; }

    /// <summary>Epoch t* of Eq. 6; null when the cut was forced, or there was none.</summary>
    public int? StableEpoch { get; init; }

    /// <summary>The epoch before which the network was cut.</summary>
    public int? CutEpoch { get; init; }

    /// <summary>First epoch of sparsity learning, t_sl of Eq. 5.</summary>
    public int? SlStartEpoch { get; init; }

    /// <summary>The ranking that the run chose when sparsity learning began; null if it was given.</summary>
    public string? ChosenRanking { get; init; }

    /// <summary>Multiply-accumulates of one sample through the whole network.</summary>
    public required long MacsBefore { get; init; }

    /// <summary>Multiply-accumulates of one sample through the final network.</summary>
    public required long MacsAfter { get; init; }

    /// <summary>Parameters of the whole network.</summary>
    public required long ParametersBefore { get; init; }

    /// <summary>Parameters of the final network.</summary>
    public required long ParametersAfter { get; init; }

    /// <summary>Accuracy of the whole network right before the cut.</summary>
    public double? AccuracyAtCutBefore { get; init; }

    /// <summary>Accuracy of the cut network, before repair and further training.</summary>
    public double? AccuracyAtCutAfter { get; init; }

    /// <summary>Accuracy of the cut network after repair; absent without repair.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AccuracyAfterRepair { get; init; }

    /// <summary>The headline metric of a task without accuracies; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeadlineSummary? Headline { get; init; }

    /// <summary>
    /// Seconds of a forward and backward pass of one batch before the cut, measured alternately with the cut network;
    /// null if not measured.
    /// </summary>
    public double? StepSecondsBefore { get; init; }

    /// <summary>Seconds of a forward and backward pass of one batch after the cut; null if not measured.</summary>
    public double? StepSecondsAfter { get; init; }

    /// <summary>
    /// Training throughput before the cut: the median of the epochs, including other load on the machine.
    /// </summary>
    public double? ImagesPerSecondBefore { get; init; }

    /// <summary>Training throughput after the cut: the median of the epochs.</summary>
    public double? ImagesPerSecondAfter { get; init; }

    /// <summary>Wall-clock time of the run.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>
    /// The part of this time that the run shares with the run of a smaller target; absent for other runs.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SharedSeconds { get; init; }

    /// <summary>The command line as it was given.</summary>
    public string? Command { get; init; }

    /// <summary>Version of this program.</summary>
    public string? Version { get; init; }

    /// <summary>Version of libtorch, device and threads.</summary>
    public string? Engine { get; init; }

    /// <summary>The groups, and their kept channels.</summary>
    public ImmutableArray<GroupSummary> Groups { get; init; } = [];

    /// <summary>Every layer with output channels, and its result.</summary>
    public ImmutableArray<LayerSummary> Layers { get; init; } = [];

    /// <summary>The costs of backbone and head; empty for other networks.</summary>
    public ImmutableArray<PartSummary> Parts { get; init; } = [];

    /// <summary>The checks at the cut; null if nothing was cut.</summary>
    public GateSummary? Gate { get; init; }

    /// <summary>The check of the written ONNX file; null if none was written.</summary>
    public OnnxSummary? Onnx { get; init; }

    /// <summary>Inference times before and after the cut; null if not measured.</summary>
    public LatencySummary? Latency { get; init; }

    /// <summary>The unpruned twin of the run, if one was trained.</summary>
    public BaselineSummary? Baseline { get; init; }
}
