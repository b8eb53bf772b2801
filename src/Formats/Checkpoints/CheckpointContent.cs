using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>The content of a checkpoint file.</summary>
/// <param name="State">Everything that is neither a network nor a tensor, as JSON in UTF-8.</param>
/// <param name="Original">The network at the start of the run.</param>
/// <param name="Cut">The cut network; null before the cut.</param>
/// <param name="Tensors">Tensors by name.</param>
internal sealed record CheckpointContent(
    ImmutableArray<byte> State, Graph Original, Graph? Cut, IReadOnlyDictionary<string, Tensor> Tensors)
{
    /// <summary>The network before an earlier run cut it; null if the run began with an uncut one.</summary>
    public Graph? Whole { get; init; }
}
