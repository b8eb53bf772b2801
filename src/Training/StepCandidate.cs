using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>One way to take a step, for <see cref="MemoryFormatTrial"/>.</summary>
/// <param name="Graph">The network, or one that is the same but for padding.</param>
/// <param name="Parameters">Its weights, which stay as they are.</param>
/// <param name="Format">How values lie in memory.</param>
/// <param name="Autocast">The narrow type of mixed precision; null for none.</param>
/// <param name="Recompute">Whether it computes values once more for backward.</param>
internal sealed record StepCandidate(
    Graph Graph, ParameterTable Parameters, MemoryFormat Format, DType? Autocast = null,
    bool Recompute = false)
{
    /// <summary>
    /// Whether it is one to choose; another takes all turns, and is what the others are compared with.
    /// </summary>
    public bool Competes { get; init; } = true;
}
