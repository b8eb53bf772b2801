using Ocs.Pruning.Surgery;

namespace Ocs.Pruning;

/// <summary>
/// What <see cref="OneCycle"/> needs besides the network to resume. It is plain data that any serialiser can write.
/// </summary>
/// <param name="Epoch">The epoch that was begun last, from 0; -1 before the first.</param>
/// <param name="Pruner">The state of the method.</param>
/// <param name="Gate">The proof of the cut; null before it.</param>
public sealed record OneCycleState(int Epoch, PrunerState Pruner, GateResult? Gate)
{
    /// <summary>Steps of the epoch that were taken.</summary>
    public int Step { get; init; }

    /// <summary>Steps of an epoch, as far as they are known; 0 in the first one.</summary>
    public int StepsPerEpoch { get; init; }
}
