using System.Collections.Immutable;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Channels whose slices must leave together, over all layers. Channel c takes with it, in every member, the indices of
/// that member's channel c.
/// </summary>
/// <param name="Id">Counted from 1, in the order of the network.</param>
/// <param name="Name">The layer that makes the channels first.</param>
/// <param name="Channels">How many channels the group has.</param>
/// <param name="Members">The parameters that the channels have slices of, in the order of the network.</param>
/// <param name="FrozenReason">Why no channel may leave, or null when they may.</param>
public sealed record Group(
    int Id, string Name, int Channels, ImmutableArray<GroupMember> Members, string? FrozenReason)
{
    /// <summary>Which width of a network its channels are; null where it is no particular one.</summary>
    public GroupKind? Kind { get; init; }

    /// <summary>Whether channels of it may leave.</summary>
    public bool IsPrunable => FrozenReason is null;
}
