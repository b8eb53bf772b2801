using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>Where an epoch stands in the cycle: before sparsity learning, in it, or after the cut.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunPhase>))]
public enum RunPhase
{
    /// <summary>Ordinary training, before sparsity learning starts (and all of an unpruned run).</summary>
    [JsonStringEnumMemberName("train")]
    Train,

    /// <summary>Sparsity learning: the penalty of Eq. 8 and the shrinkage of Eq. 9 are at work.</summary>
    [JsonStringEnumMemberName("sparsity")]
    Sparsity,

    /// <summary>The cut network trains on.</summary>
    [JsonStringEnumMemberName("final")]
    Final,
}

/// <summary>Which command made a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunKind>))]
public enum RunKind
{
    /// <summary>One cycle: train, prune, train on.</summary>
    [JsonStringEnumMemberName("train")]
    Train,

    /// <summary>The same schedule without pruning.</summary>
    [JsonStringEnumMemberName("baseline")]
    Baseline,

    /// <summary>One cut of a trained network, no training.</summary>
    [JsonStringEnumMemberName("prune")]
    Prune,
}

/// <summary>The result for a layer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LayerStatus>))]
public enum LayerStatus
{
    /// <summary>Some of its channels were cut.</summary>
    [JsonStringEnumMemberName("pruned")]
    Pruned,

    /// <summary>It could have been cut, and its rank kept it whole.</summary>
    [JsonStringEnumMemberName("kept")]
    Kept,

    /// <summary>It could not be cut; the reason stands beside it.</summary>
    [JsonStringEnumMemberName("frozen")]
    Frozen,
}
