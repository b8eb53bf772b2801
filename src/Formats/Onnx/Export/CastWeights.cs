using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Export;

/// <summary>Casts weights stored in 16 bits to 32-bit floats.</summary>
internal static class CastWeights
{
    /// <summary>Adds a Cast for each weight.</summary>
    /// <param name="graph">The network, whose weights are already initializers.</param>
    /// <param name="weights">Their names.</param>
    public static void Apply(GraphProto graph, IReadOnlySet<string> weights)
    {
        foreach (var node in graph.Node)
        {
            for (var input = 0; input < node.Input.Count; input++)
            {
                node.Input[input] = weights.Contains(node.Input[input]) ? Wide(node.Input[input]) : node.Input[input];
            }
        }

        var place = 0;
        foreach (var tensor in graph.Initializer.Where(tensor => weights.Contains(tensor.Name)))
        {
            graph.Node.Insert(place++, TypedEnds.Cast(tensor.Name, Wide(tensor.Name), DataType.Float));
        }
    }

    private static string Wide(string weight) => $"{weight}:float";
}
