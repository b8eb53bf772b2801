using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

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
