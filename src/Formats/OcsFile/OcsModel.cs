using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>What an .ocs file holds; owns the parameters.</summary>
public sealed class OcsModel(Graph graph, ParameterTable parameters, PruningRecord? record) : IDisposable
{
    public Graph Graph { get; } = graph;

    public ParameterTable Parameters { get; } = parameters;

    /// <summary>What was cut, or null for a network that never was.</summary>
    public PruningRecord? Record { get; } = record;

    public void Dispose() => Parameters.Dispose();
}
