using System.Collections.Immutable;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Channels that are tied over several layers. Removing channel c removes the indices of channel c from every member.
/// </summary>
/// <param name="Id">Counted from 1, in the order of the network.</param>
/// <param name="Name">The layer that makes the channels first.</param>
/// <param name="Channels">How many channels the group has.</param>
/// <param name="Members">The parameters that the channels have slices of, in the order of the network.</param>
/// <param name="FrozenReason">Why the group is frozen; null if its channels can be removed.</param>
public sealed record Group(
    int Id, string Name, int Channels, ImmutableArray<GroupMember> Members, string? FrozenReason)
{
    /// <summary>The kind of width that the channels form; null for an ordinary one.</summary>
    public GroupKind? Kind { get; init; }

    /// <summary>Whether channels of the group can be removed.</summary>
    public bool IsPrunable => FrozenReason is null;
}
