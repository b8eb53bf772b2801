using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.RunLog;

namespace Ocs.Training.Runs;

/// <summary>The cost of the backbone, the extra blocks and the head of a network.</summary>
internal static class NetworkParts
{
    private const string Backbone = "backbone";
    private const string Extra = "backbone.extra";

    /// <summary>The parts before and after a cut; empty if no parameter name begins with that of a backbone.</summary>
    public static ImmutableArray<PartSummary> Of(Graph before, Graph after)
    {
        var (whole, left) = (Costs(before), Costs(after));
        return !whole.ContainsKey(Backbone) || whole.Count < 2 ? [] :
        [
            .. whole.Select(part => new PartSummary
            {
                Name = part.Key,
                MacsBefore = part.Value.Macs,
                MacsAfter = left.GetValueOrDefault(part.Key).Macs,
                ParametersBefore = part.Value.Parameters,
                ParametersAfter = left.GetValueOrDefault(part.Key).Parameters,
            }),
        ];
    }

    private static OrderedDictionary<string, (long Macs, long Parameters)> Costs(Graph graph)
    {
        var costs = new OrderedDictionary<string, (long Macs, long Parameters)>(StringComparer.Ordinal);
        for (var node = 0; node < graph.Nodes.Length; node++)
        {
            Add(graph.Nodes[node].Name, graph.MacsOf(node), 0);
        }

        foreach (var spec in graph.Parameters.Where(spec => spec.IsTrainable))
        {
            Add(spec.Name, 0, spec.ElementCount);
        }

        return costs;

        void Add(string name, long macs, long parameters)
        {
            if (macs + parameters > 0)
            {
                var part = PartOf(name);
                var (oldMacs, oldParameters) = costs.GetValueOrDefault(part);
                costs[part] = (oldMacs + macs, oldParameters + parameters);
            }
        }
    }

    private static string PartOf(string name) =>
        name.StartsWith($"{Extra}.", StringComparison.Ordinal) ? Extra : name.Split('.')[0];
}
