using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// A layer of LSTM or GRU over [T, N, I], a node of ours for each direction. ONNX stacks the gates in another order,
/// and both biases in one tensor.
/// </summary>
internal static class Recurrent
{
    // ONNX: input, output, forget, cell. Ours: input, forget, cell, output.
    private static readonly int[] LstmOrder = [0, 2, 3, 1];

    // ONNX: update, reset, candidate. Ours: reset, update, candidate.
    private static readonly int[] GruOrder = [1, 0, 2];

    public static void Lstm(NodeImport node)
    {
        if (node.Node.Int("input_forget", 0) != 0 || node.Node.InputOrNull(7) is not null)
        {
            throw node.Error(
                "its input and forget gates are coupled, or it has peepholes: an LSTM without them is read");
        }

        if (node.Node.OutputOrNull(2) is not null)
        {
            throw node.Error(
                "the last state of its cells is read by another node, which is not possible here: "
                + "outputs Y and Y_h are");
        }

        RequireZeros(node, 6);
        Import(node, LstmOrder, ["Sigmoid", "Tanh", "Tanh"], reverse => new Lstm(reverse));
    }

    public static void Gru(NodeImport node)
    {
        if (node.Node.Int("linear_before_reset", 0) == 0)
        {
            throw node.Error(
                "its reset gate works on the state before the product with the weights (linear_before_reset = 0): "
                + "only the form in which PyTorch computes it is read, "
                + "where the gate works on the product (linear_before_reset = 1)");
        }

        Import(node, GruOrder, ["Sigmoid", "Tanh"], reverse => new Gru(reverse));
    }

    private static void Import(NodeImport node, int[] order, string[] activations, Func<bool, Operator> make)
    {
        RequirePlain(node, activations);
        var x = node.Any(0);
        if (x.Batch != 1)
        {
            throw node.Error("its batch is not dimension 1 of [T, N, I]");
        }

        var direction = node.Node.Text("direction", "forward");
        bool[] reverses = direction switch
        {
            "forward" => [false],
            "reverse" => [true],
            "bidirectional" => [false, true],
            _ => throw node.Error($"direction '{direction}' is not known"),
        };
        Value[] outputs = [.. reverses.Select((reverse, index) => node.Builder.Add(
            node.Part(reverse ? "reverse" : "forward"),
            make(reverse),
            [x.Value],
            Parameters(node, order, index, reverse ? "_reverse" : "")))];
        Finish(node, reverses, outputs);
    }

    // [N, T, H] of each direction to ONNX's [T, D, N, H], and its last states [D, N, H].
    private static void Finish(NodeImport node, bool[] reverses, Value[] outputs)
    {
        var (steps, hidden) = ((int)node.ShapeOf(outputs[0])[1], node.ShapeOf(outputs[0])[2]);
        if (node.Node.OutputOrNull(0) is not null)
        {
            var all = outputs.Length == 1 ? outputs[0] : node.Builder.Concat(node.Part("both"), 2, outputs);
            node.Output(node.Builder.Reshape(node.Name, all, [1, steps, outputs.Length, hidden]), batch: 2);
        }

        if (node.Node.OutputOrNull(1) is not null)
        {
            Value[] last = [.. outputs.Select((output, index) =>
                node.Builder.Slice(node.Part("last"), output, 1, reverses[index] ? 0 : steps - 1, 1))];
            var all = last.Length == 1 ? last[0] : node.Builder.Concat(node.Part("states"), 1, last);
            node.Output(all, batch: 1, output: 1);
        }
    }

    private static ParameterSpec[] Parameters(NodeImport node, int[] order, int direction, string suffix)
    {
        ParameterSpec Part(OnnxTensor constant, int index, string part, ParameterRole role) =>
            node.Parameter(Gates(constant, order, direction, index), part + suffix, role);

        ParameterSpec[] weights =
        [
            Part(node.Constant(1), 0, "weight_ih_l0", ParameterRole.Weight),
            Part(node.Constant(2), 0, "weight_hh_l0", ParameterRole.Weight),
        ];
        return node.Node.InputOrNull(3) is null
            ? weights
            :
            [
                .. weights,
                Part(node.Constant(3), 0, "bias_ih_l0", ParameterRole.Bias),
                Part(node.Constant(3), 1, "bias_hh_l0", ParameterRole.Bias),
            ];
    }

    // Of [D, k g H, ...] the gates of a direction in our order; k is 2 for biases.
    private static OnnxTensor Gates(OnnxTensor constant, int[] order, int direction, int part)
    {
        var numbers = constant.Floats;
        var perDirection = (int)(constant.Count / constant.Shape[0]);
        var isBias = constant.Shape.Length == 2;
        var perPart = isBias ? perDirection / 2 : perDirection;
        var perGate = perPart / order.Length;
        var start = direction * perDirection + part * perPart;
        float[] ordered = [.. order.SelectMany(gate => numbers.AsSpan(start + gate * perGate, perGate).ToArray())];
        ImmutableArray<long> shape = isBias ? [perPart] : constant.Shape[1..];
        return OnnxTensor.OfFloats(shape, () => ordered);
    }

    // The usual activations may be stated, once for each direction.
    private static void RequirePlain(NodeImport node, string[] activations)
    {
        var stated = node.Node.Texts("activations") ?? [];
        if (!stated.Select((name, place) => name == activations[place % activations.Length]).All(same => same))
        {
            throw node.Error(
                $"its activations are {string.Join(", ", stated)}: the usual ones ({string.Join(", ", activations)}) "
                + "are read");
        }

        if (node.Node.Has("clip") || node.Node.InputOrNull(4) is not null)
        {
            throw node.Error("it has a bound (clip) or lengths of sequences (sequence_lens), which are not read");
        }

        RequireZeros(node, 5);
    }

    private static void RequireZeros(NodeImport node, int input)
    {
        if (node.Node.InputOrNull(input) is not null && node.Constant(input).Numbers.Any(number => number != 0))
        {
            throw node.Error("it starts from a state that is not zero");
        }
    }
}
