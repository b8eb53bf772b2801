namespace Ocs.Pruning;

/// <summary>Where a run is in its one cycle.</summary>
public enum Phase
{
    /// <summary>Plain training; sub-networks are only observed.</summary>
    Train,

    /// <summary>The pruned slices are driven to zero.</summary>
    Sparsity,

    /// <summary>The network is cut, and trains on.</summary>
    Final,
}
