using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>One way to take a step, for <see cref="MemoryFormatTrial"/>.</summary>
/// <param name="Graph">The network, with or without padding.</param>
/// <param name="Parameters">Its weights, which are not changed.</param>
/// <param name="Format">The memory layout of values.</param>
/// <param name="Autocast">The narrow type of mixed precision; null for none.</param>
/// <param name="Recompute">Whether it recomputes values for backward.</param>
internal sealed record StepCandidate(
    Graph Graph, ParameterTable Parameters, MemoryFormat Format, DType? Autocast = null,
    bool Recompute = false)
{
    /// <summary>
    /// Whether it can be chosen. One that cannot takes all turns, and the others are compared with it.
    /// </summary>
    public bool Competes { get; init; } = true;
}
