using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// Refuses nodes that draw from a distribution which does not exist. ONNX Runtime does not check them: an assertion of
/// C++'s library ends the process.
/// </summary>
internal static class RandomNodes
{
    /// <summary>
    /// Fails at a scale that is not above 0, or bounds in the wrong order, also within branches and loops.
    /// </summary>
    public static void Require(GraphProto graph)
    {
        foreach (var node in graph.Node)
        {
            if (node.OpType.StartsWith("RandomNormal", StringComparison.Ordinal) && !(Of(node, "scale", 1) > 0))
            {
                throw new OcsInputException(
                    $"the scale of its {node.OpType} '{node.Name}' is {Of(node, "scale", 1)}, and must be above 0.");
            }

            if (node.OpType.StartsWith("RandomUniform", StringComparison.Ordinal)
                && !(Of(node, "low", 0) <= Of(node, "high", 1)))
            {
                throw new OcsInputException($"the bounds of its {node.OpType} '{node.Name}' are in the wrong order.");
            }

            foreach (var attribute in node.Attribute.Where(attribute => attribute.G is not null))
            {
                Require(attribute.G);
            }
        }
    }

    private static float Of(NodeProto node, string name, float otherwise) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.F ?? otherwise;
}
