using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>A network with the weights of a file.</summary>
/// <param name="Network">The network, narrower than the given graph where the weights are. The caller owns it.</param>
/// <param name="Remarks">
/// What a person should know of the file, a sentence each: which of several weights were taken, what was left out.
/// </param>
public sealed record LoadedWeights(Network Network, ImmutableArray<string> Remarks);
