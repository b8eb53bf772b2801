using System.Collections.Immutable;
using Ocs.Graphs;

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

/// <summary>The slices that a group's channels have in one dimension of one parameter.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="Role">What the parameter is for.</param>
/// <param name="Dimension">The dimension that is cut: 0 for rows, 1 for columns.</param>
/// <param name="IndicesPerChannel">
/// How many indices of the dimension one channel has: more than one after a flatten, say.
/// </param>
/// <param name="Indices">The indices of channel 0, then those of channel 1, and so on.</param>
public sealed record GroupMember(
    string Parameter, ParameterRole Role, int Dimension, int IndicesPerChannel, ImmutableArray<int> Indices)
{
    /// <summary>
    /// Whether Eq. 2, 8 and 9 count the member's slices: weights and norm weights, no biases or buffers.
    /// </summary>
    public bool IsCounted => Role is ParameterRole.Weight or ParameterRole.NormWeight;

    /// <summary>
    /// Whether the slices make the channels: the rows of a weight, or the columns of a transposed convolution's.
    /// </summary>
    public bool MakesChannels { get; init; }

    /// <summary>Whether the weight filters each channel by itself.</summary>
    public bool IsDepthwise { get; init; }

    /// <summary>The indices of the dimension that leave with a channel.</summary>
    public ReadOnlySpan<int> IndicesOf(int channel) =>
        Indices.AsSpan().Slice(channel * IndicesPerChannel, IndicesPerChannel);
}
