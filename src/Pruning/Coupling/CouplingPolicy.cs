namespace Ocs.Pruning.Coupling;

/// <summary>What leaves of channels that lie in heads or groups.</summary>
public enum CouplingPolicy
{
    /// <summary>All channels of a head or group, so that there are fewer of them.</summary>
    Whole,

    /// <summary>The same index in every head or group, so that each is narrower.</summary>
    SameIndex,
}
