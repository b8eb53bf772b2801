using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// Finds random nodes with invalid distributions. ONNX Runtime does not check them, and an assertion of the C++ library
/// ends the process.
/// </summary>
internal static class RandomNodes
{
    /// <summary>
    /// A sentence about a scale that is not above 0, or about bounds in the wrong order; null if there is none. Looks
    /// at branches, loops and functions too.
    /// </summary>
    public static string? FaultOf(ModelProto model) =>
        model.Functions.Select(function => function.Node).Prepend(model.Graph?.Node ?? [])
            .SelectMany(Faults)
            .FirstOrDefault();

    private static IEnumerable<string> Faults(IEnumerable<NodeProto> nodes)
    {
        foreach (var node in nodes)
        {
            if (node.OpType.StartsWith("RandomNormal", StringComparison.Ordinal) && !(Of(node, "scale", 1) > 0))
            {
                yield return
                    $"the scale of its {node.OpType} '{node.Name}' is {Of(node, "scale", 1)}, and must be above 0.";
            }

            if (node.OpType.StartsWith("RandomUniform", StringComparison.Ordinal)
                && !(Of(node, "low", 0) <= Of(node, "high", 1)))
            {
                yield return $"the bounds of its {node.OpType} '{node.Name}' are in the wrong order.";
            }

            foreach (var fault in node.Attribute.Where(attribute => attribute.G is not null)
                .SelectMany(branch => Faults(branch.G.Node)))
            {
                yield return fault;
            }
        }
    }

    private static float Of(NodeProto node, string name, float otherwise) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.F ?? otherwise;
}
