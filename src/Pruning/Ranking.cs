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
    /// Isomorphic or global. A training run cuts the network both ways on trial when sparsity learning begins, and
    /// takes the ranking whose sub-network has the smaller loss. Without samples it is isomorphic.
    /// </summary>
    Auto,
}
