using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>The phase of an epoch: before sparsity learning, during it, or after the cut.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunPhase>))]
public enum RunPhase
{
    /// <summary>Ordinary training, before sparsity learning starts (and all of an unpruned run).</summary>
    [JsonStringEnumMemberName("train")]
    Train,

    /// <summary>Sparsity learning: with the penalty of Eq. 8 and the shrinkage of Eq. 9.</summary>
    [JsonStringEnumMemberName("sparsity")]
    Sparsity,

    /// <summary>Further training of the cut network.</summary>
    [JsonStringEnumMemberName("final")]
    Final,
}

/// <summary>The command of a run.</summary>
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

    /// <summary>It could have been cut, but all its channels ranked high enough.</summary>
    [JsonStringEnumMemberName("kept")]
    Kept,

    /// <summary>It could not be cut; the reason is given.</summary>
    [JsonStringEnumMemberName("frozen")]
    Frozen,
}
