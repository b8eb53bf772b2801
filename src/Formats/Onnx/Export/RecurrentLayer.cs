using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// One layer and direction of an LSTM, GRU or RNN: ONNX's operator between two Transposes, since ONNX has the time
/// steps in front. The rows of the gates are in another order, so the weights have new names: NODE/W [1, gH, I], NODE/R
/// [1, gH, H], NODE/B [1, 2gH], NODE/P [1, 3H].
/// </summary>
/// <param name="Type">ONNX's operator.</param>
/// <param name="Gates">For each of ONNX's gates, the index of ours.</param>
/// <param name="Reverse">Whether it runs from the last step to the first.</param>
internal sealed record RecurrentLayer(string Type, int[] Gates, bool Reverse)
{
    private const string Sequence = "steps";

    /// <summary>For each of ONNX's peepholes, the index of ours; empty if there are none.</summary>
    public int[] Peepholes { get; init; } = [];

    /// <summary>Whether the last cell state follows the outputs.</summary>
    public bool WithCell { get; init; }

    /// <summary>Writes it.</summary>
    /// <param name="node">The layer.</param>
    /// <param name="attributes">Further attributes of the operator.</param>
    public void Export(NodeExport node, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var hidden = node.Shapes.Output[2];
        var steps = node.EmitPart(Sequence, "Transpose", [node.Input], OnnxAttribute.Ints("perm", 1, 0, 2));
        List<string> inputs = [steps, Weight(node, "W", Gates, hidden, 0), Weight(node, "R", Gates, hidden, 1)];
        var isBiased = node.Shapes.Parameters.Length >= 4;
        inputs.Add(isBiased ? Weight(node, "B", Gates, hidden, 2, 3) : "");
        inputs.Add("");
        inputs.AddRange(node.Inputs.Skip(1).Select((state, index) => node.EmitPart(
            index == 0 ? "state" : "cell", "Unsqueeze", [state, node.Vector($"directions_{index}", 0)])));
        if (Peepholes.Length > 0)
        {
            inputs.AddRange(Enumerable.Repeat("", 7 - inputs.Count));
            inputs.Add(Weight(node, "P", Peepholes, hidden, node.Shapes.Parameters.Length - 1));
        }

        while (inputs[^1].Length == 0)
        {
            inputs.RemoveAt(inputs.Count - 1);
        }

        OnnxAttribute[] all =
        [
            OnnxAttribute.Int("hidden_size", hidden),
            OnnxAttribute.Text("direction", Reverse ? "reverse" : "forward"),
            .. attributes,
        ];
        var outputs = node.EmitParts(WithCell ? ["states", "", "last_cell"] : ["states"], Type, [.. inputs], all);
        var single = node.EmitPart("single", "Squeeze", [outputs[0], node.Vector("direction", 1)]);
        if (!WithCell)
        {
            node.Emit("Transpose", [single], OnnxAttribute.Ints("perm", 1, 0, 2));
            return;
        }

        var ofSteps = node.EmitPart("of_steps", "Transpose", [single], OnnxAttribute.Ints("perm", 1, 0, 2));
        var behind = node.EmitPart("behind", "Transpose", [outputs[2]], OnnxAttribute.Ints("perm", 1, 0, 2));
        node.Emit("Concat", [ofSteps, behind], OnnxAttribute.Int("axis", 1));
    }

    /// <summary>The attribute of a layer's activation functions; empty for the defaults.</summary>
    public static OnnxAttribute[] Named(params ReadOnlySpan<RecurrentActivation> functions)
    {
        var all = functions.ToArray();
        var hard = all.Count(function => function == RecurrentActivation.HardSigmoid);
        var names = OnnxAttribute.Texts("activations", [.. all.Select(function => function.ToString())]);
        return hard == 0
            ? [names]
            :
            [
                names,
                OnnxAttribute.Floats("activation_alpha", [.. Enumerable.Repeat(0.2f, hard)]),
                OnnxAttribute.Floats("activation_beta", [.. Enumerable.Repeat(0.5f, hard)]),
            ];
    }

    // Concatenates parameters, with their rows in ONNX's order, and adds a leading dimension for one direction.
    private static string Weight(
        NodeExport node, string part, int[] gates, long hidden, params ReadOnlySpan<int> parameters)
    {
        long[] rows =
        [
            .. gates.SelectMany(gate => Enumerable.Range(0, (int)hidden).Select(unit => gate * hidden + unit)),
        ];
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
