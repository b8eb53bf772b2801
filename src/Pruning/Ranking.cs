namespace Ocs.Pruning;

/// <summary>Which channels are compared with each other.</summary>
public enum Ranking
{
    /// <summary>Those of all groups (Alg. 1, line 5).</summary>
    Global,

    /// <summary>Those of each group, and every group loses the same fraction.</summary>
    PerGroup,

    /// <summary>
    /// Those of groups of the same shape, and every such class loses the same fraction (Fang et al. 2024).
    /// </summary>
    Isomorphic,

    /// <summary>
    /// Isomorphic or global. When sparsity learning begins, a training run cuts a copy of the network each way, trains
    /// it for some steps, and takes the ranking with the smaller loss. Without samples it is isomorphic.
    /// </summary>
    Auto,
}
