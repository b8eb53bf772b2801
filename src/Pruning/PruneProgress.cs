namespace Ocs.Pruning;

/// <summary>What a cut of a trained network is at.</summary>
public enum PruneStage
{
    /// <summary>Parts of the network are timed, for a time as the target.</summary>
    TimingParts,

    /// <summary>Channels are ranked; for a time as the target, cuts are timed too.</summary>
    Searching,

    /// <summary>The cut is made and proven.</summary>
    Proving,
}

/// <summary>How far a cut of a trained network is.</summary>
/// <param name="Stage">What it is at. The first two may alternate.</param>
/// <param name="Parts">Parts of the network that were timed so far; 0 without a time as the target.</param>
/// <param name="Cuts">Cuts that were timed so far; 0 without a time as the target.</param>
/// <param name="FastestSeconds">The fastest of those cuts, in seconds; null before the first.</param>
public readonly record struct PruneProgress(PruneStage Stage, int Parts, int Cuts, double? FastestSeconds);
