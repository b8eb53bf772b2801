namespace Ocs.Pruning;

/// <summary>When the phases begin and end.</summary>
public enum PhaseTiming
{
    /// <summary>Alg. 1: sparsity learning begins at t_sl, the cut is before training epoch t*.</summary>
    Paper,

    /// <summary>
    /// The authors' program: sparsity learning begins two epochs after t_sl, the cut is after training epoch t*, with
    /// its partition.
    /// </summary>
    Official,
}
