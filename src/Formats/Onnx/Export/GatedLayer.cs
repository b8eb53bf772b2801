using Ocs.Torch;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// A layer and direction of an LSTM or GRU: ONNX's operator between two Transposes, for it has the steps in front. Its
/// weights are ours with the rows of the gates in another order, so they have names of their own: NODE/W [1, gH, I],
/// NODE/R [1, gH, H], NODE/B [1, 2gH].
/// </summary>
internal static class GatedLayer
{
    /// <summary>Writes it.</summary>
    /// <param name="node">The layer.</param>
    /// <param name="type">ONNX's operator.</param>
    /// <param name="gates">Which of our gates each of ONNX's is.</param>
    /// <param name="reverse">Whether it runs from the last step to the first.</param>
    /// <param name="attributes">What the operator has besides.</param>
    public static void Export(
        NodeExport node, string type, IEnumerable<int> gates, bool reverse,
        params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var hidden = node.Shapes.Output[2];
        var units = Enumerable.Range(0, (int)hidden);
        long[] rows = [.. gates.SelectMany(gate => units.Select(unit => gate * hidden + unit))];
        var steps = node.EmitPart("steps", "Transpose", [node.Input], OnnxAttribute.Ints("perm", 1, 0, 2));
        List<string> inputs = [steps, Weight(node, "W", rows, 0), Weight(node, "R", rows, 1)];
        if (node.Shapes.Parameters.Length == 4)
        {
            inputs.Add(Weight(node, "B", rows, 2, 3));
        }

        OnnxAttribute[] all =
        [
            OnnxAttribute.Int("hidden_size", hidden),
            OnnxAttribute.Text("direction", reverse ? "reverse" : "forward"),
            .. attributes,
        ];
        var states = node.EmitPart("states", type, [.. inputs], all);
        var single = node.EmitPart("single", "Squeeze", [states, node.Vector("direction", 1)]);
        node.Emit("Transpose", [single], OnnxAttribute.Ints("perm", 1, 0, 2));
    }

    // Some parameters with their rows in ONNX's order, one after the other, and a dimension of one direction in front.
    private static string Weight(NodeExport node, string part, long[] rows, params ReadOnlySpan<int> parameters)
    {
        using var noGradients = Autograd.NoGrad();
        using var order = Tensor.FromArray<long>(rows, [rows.Length]);
        var ordered = new List<Tensor>();
        try
        {
            foreach (var parameter in parameters)
            {
                using var here = node.ParameterTensor(parameter).To(Device.Cpu);
                ordered.Add(Aten.IndexSelect(here, 0, order));
            }

            using var joined = Aten.Cat([.. ordered], 0);
            using var directed = Aten.Unsqueeze(joined, 0);
            return node.Weight(part, directed);
        }
        finally
        {
            ordered.ForEach(tensor => tensor.Dispose());
        }
    }
}
