namespace Ocs.Pruning.Coupling;

/// <summary>Which width of a network a group's channels are.</summary>
public enum GroupKind
{
    /// <summary>Of tokens, between the blocks: the residual stream.</summary>
    HiddenWidth,

    /// <summary>Between two linear layers.</summary>
    MlpWidth,

    /// <summary>Whole heads of attention: queries, keys and values.</summary>
    Heads,

    /// <summary>What the queries and keys of a head are compared by.</summary>
    QueryKey,

    /// <summary>The values of a head.</summary>
    Value,
}
