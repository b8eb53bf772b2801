using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// Refuses random nodes with invalid distributions. ONNX Runtime does not check them, and an assertion of the C++
/// library ends the process.
/// </summary>
internal static class RandomNodes
{
    /// <summary>
    /// Fails for a scale that is not above 0, and for bounds in the wrong order. Checks branches, loops and functions
    /// too.
    /// </summary>
    public static void Require(ModelProto model)
    {
        Require(model.Graph?.Node ?? []);
        foreach (var function in model.Functions)
        {
            Require(function.Node);
        }
    }

    /// <summary>The error of <see cref="Require(ModelProto)"/>; null if the model is valid.</summary>
    public static OcsInputException? RefusalOf(ModelProto model)
    {
        try
        {
            Require(model);
            return null;
        }
        catch (OcsInputException refusal)
        {
            return refusal;
        }
    }

    private static void Require(IEnumerable<NodeProto> nodes)
    {
        foreach (var node in nodes)
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

            foreach (var branch in node.Attribute.Where(attribute => attribute.G is not null))
            {
                Require(branch.G.Node);
            }
        }
    }

    private static float Of(NodeProto node, string name, float otherwise) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.F ?? otherwise;
}
