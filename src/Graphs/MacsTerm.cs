using System.Collections.Immutable;

namespace Ocs.Graphs;

/// <summary>
/// Multiply-accumulates of a node as a product: a constant times the sizes of some axes. The sizes follow the cut, the
/// constant (kernel, positions) does not, so the count of any sub-network is one multiplication a node.
/// </summary>
/// <param name="Coefficient">The constant.</param>
/// <param name="Factors">The axes whose sizes are multiplied.</param>
public readonly record struct MacsTerm(long Coefficient, ImmutableArray<Axis> Factors);
