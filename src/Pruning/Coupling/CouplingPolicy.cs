namespace Ocs.Pruning.Coupling;

/// <summary>How channels that lie in heads or groups are removed.</summary>
public enum CouplingPolicy
{
    /// <summary>Whole heads or groups are removed.</summary>
    Whole,

    /// <summary>The same index is removed from every head or group, so each becomes narrower.</summary>
    SameIndex,
}
