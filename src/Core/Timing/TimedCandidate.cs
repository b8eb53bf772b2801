namespace Ocs.Core;

/// <summary>Something that is timed.</summary>
/// <param name="Run">What takes the time. It returns when all is done, also what a device computes.</param>
internal sealed record TimedCandidate(Action Run)
{
    /// <summary>What runs in the turns before those that count.</summary>
    public Action WarmUp { get; init; } = Run;

    /// <summary>Runs once, before the first timed turn, and is not timed itself.</summary>
    public Action Prepare { get; init; } = () => { };

    /// <summary>
    /// Whether it can be chosen. One that cannot is a reference: it takes all turns, and others do not drop out because
    /// of it.
    /// </summary>
    public bool Competes { get; init; } = true;
}
