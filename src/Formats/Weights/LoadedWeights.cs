using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>A network with the weights of a file.</summary>
/// <param name="Network">The network, narrower than the given graph where the weights are. The caller owns it.</param>
/// <param name="Remarks">
/// Remarks for the user, one sentence each: which of several weights were taken, what was ignored.
/// </param>
public sealed record LoadedWeights(Network Network, ImmutableArray<string> Remarks);
