using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Patterns;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// An LSTM, GRU or RNN over [T, N, I], or [N, T, I] in layout 1, becomes one node per direction. ONNX has another order
/// of gates, and both biases in one tensor.
/// </summary>
internal static class Recurrent
{
    // ONNX: input, output, forget, cell. Ours: input, forget, cell, output.
    private static readonly int[] LstmOrder = [0, 2, 3, 1];

    // ONNX: input, output, forget. Ours: input, forget, output.
    private static readonly int[] PeepholeOrder = [0, 2, 1];

    // ONNX: update, reset, candidate. Ours: reset, update, candidate.
    private static readonly int[] GruOrder = [1, 0, 2];

    private static readonly int[] RnnOrder = [0];

    public static void Lstm(NodeImport node)
    {
        if (node.Node.Int("input_forget", 0) != 0)
        {
            throw node.Error("its input and forget gates are coupled, which is not supported");
        }

        var (peepholes, withCell) = (node.Node.InputOrNull(7) is not null, node.Node.OutputOrNull(2) is not null);
        Import(node, LstmOrder, states: 2, (reverse, direction) =>
            new Lstm(reverse, withCell, peepholes, RecurrentActivations.OfGates(node, direction, count: 3)));
    }

    public static void Gru(NodeImport node)
    {
        var resetsBefore = node.Node.Int("linear_before_reset", 0) == 0;
        Import(node, GruOrder, states: 1, (reverse, direction) =>
            new Gru(reverse, resetsBefore, RecurrentActivations.OfGates(node, direction, count: 2)));
    }

    public static void Rnn(NodeImport node) => Import(node, RnnOrder, states: 1, (reverse, direction) =>
        new Rnn(reverse, RecurrentActivations.IsRelu(node, direction)));

    private static void Import(NodeImport node, int[] order, int states, Func<bool, int, Operator> make)
    {
        var x = node.Any(0);
        RequirePlain(node);
        if (x.Batch != BatchOf(node, 1))
        {
            throw node.Error(
                $"its batch is dimension {x.Batch} of its input, but must be dimension {BatchOf(node, 1)}");
        }

        var direction = node.Node.Text("direction", "forward");
        bool[] reverses = direction switch
        {
            "forward" => [false],
            "reverse" => [true],
            "bidirectional" => [false, true],
            _ => throw node.Error($"direction '{direction}' is not known"),
        };
        var given = Enumerable.Range(5, states).Any(input => !IsZero(node, input));
        Value[] outputs = [.. reverses.Select((reverse, index) => node.Builder.Add(
            node.Part(reverse ? "reverse" : "forward"),
            make(reverse, index),
            [
                x.Value,
                .. given
                    ? Enumerable.Range(5, states).Select(input => State(node, x.Value, input, index, reverses.Length))
                    : [],
            ],
            Parameters(node, order, index, reverse ? "_reverse" : "")))];
        Finish(node, reverses, outputs);
    }

    // The dimension of the batch: 1, or 0 in layout 1.
    private static int BatchOf(NodeImport node, int otherwise) => node.Node.Int("layout", 0) == 0 ? otherwise : 0;

    // Converts [N, T, H] of each direction to ONNX's [T, D, N, H], and the last states to [D, N, H].
    private static void Finish(NodeImport node, bool[] reverses, Value[] outputs)
    {
        var hidden = node.ShapeOf(outputs[0])[2];
        var steps = (int)node.ShapeOf(node.Any(0).Value)[1];
        var areRead = node.Node.OutputOrNull(0) is not null || node.Node.OutputOrNull(1) is not null;
        Value[] all = [.. outputs.Select(output => node.ShapeOf(output)[1] == steps || !areRead
            ? output
            : node.Builder.Slice(node.Part("steps"), output, 1, 0, steps))];
        if (node.Node.OutputOrNull(0) is not null)
        {
            var both = all.Length == 1 ? all[0] : node.Builder.Concat(node.Part("both"), 2, all);
            if (node.Node.Has(BothDirections.Joined))
            {
                node.Output(both, batch: 1);
            }
            else
            {
                // If the directions are a dimension, the same unit is removed in both.
                long[] shape = [1, steps, outputs.Length, hidden];
                var value = node.Builder.Reshape(node.Name, both, shape, SplitPolicy.SameInner);
                node.Output(value, BatchOf(node, 2));
            }
        }

        Last(1, "last", (output, reverse) => node.Builder.Slice(
            node.Part("last"), all[output], 1, reverse ? 0 : steps - 1, 1));
        Last(2, "cell", (output, _) => node.Builder.Slice(node.Part("cell"), outputs[output], 1, steps, 1));

        void Last(int output, string name, Func<int, bool, Value> of)
        {
            if (node.Node.OutputOrNull(output) is not null)
            {
                Value[] last = [.. reverses.Select((reverse, index) => of(index, reverse))];
                var both = last.Length == 1 ? last[0] : node.Builder.Concat(node.Part($"{name}_of_both"), 1, last);
                node.Output(both, BatchOf(node, 1), output);
            }
        }
    }

    // The initial state of a direction, [N, H], from ONNX's [D, N, H].
    private static Value State(NodeImport node, Value sequence, int input, int direction, int directions)
    {
        var hidden = node.Constant(2).Shape[2];
        if (node.Node.InputOrNull(input) is not null && !node.IsConstant(input))
        {
            var value = node.Any(input);
            if (value.Batch != BatchOf(node, 1))
            {
                throw node.Error("the batch is elsewhere in its first state than in its input");
            }

            var own = directions == 1
                ? value.Value
                : node.Builder.Slice(node.Part("of_direction"), value.Value, 1, direction, 1);
            return node.Builder.Reshape(node.Part("state"), own, [1, hidden]);
        }

        ImmutableArray<long> shape = [1, hidden];
        if (IsZero(node, input))
        {
            var zeros = OnnxTensor.Of(OnnxKind.Float, shape, new double[hidden]);
            return node.ParameterValue(node.Part("zeros"), zeros, shape, follows: sequence);
        }

        var constant = node.Constant(input);
        var batch = constant.Shape.Length == 3 ? constant.Shape[BatchOf(node, 1)] : 0;
        return batch != 1 || constant.Count != directions * hidden
            ? throw node.Error(
                $"its first state {NodeShapes.Show(constant.Shape)} is a constant for a certain number of samples")
            : node.ParameterValue(
                node.Part("state"),
                directions == 1 ? constant : Of(constant, direction, hidden),
                shape,
                follows: sequence,
                isTrained: NodeImport.IsNamed(constant));
    }

    private static OnnxTensor Of(OnnxTensor constant, int direction, long hidden)
    {
        float[] numbers = [.. constant.Floats.AsSpan((int)(direction * hidden), (int)hidden)];
        return OnnxTensor.OfFloats([1, hidden], () => numbers);
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
        ParameterSpec[] biases = node.Node.InputOrNull(3) is null
            ? []
            :
            [
                Part(node.Constant(3), 0, "bias_ih_l0", ParameterRole.Bias),
                Part(node.Constant(3), 1, "bias_hh_l0", ParameterRole.Bias),
            ];
        return node.Node.InputOrNull(7) is null || order != LstmOrder
            ? [.. weights, .. biases]
            :
            [
                .. weights, .. biases,
                node.Parameter(
                    Gates(node.Constant(7), PeepholeOrder, direction, 0, parts: 1), $"peepholes_l0{suffix}",
                    ParameterRole.Bias),
            ];
    }

    // The gates of a direction in our order, from [D, k g H, ...]; k is 2 for biases.
    private static OnnxTensor Gates(OnnxTensor constant, int[] order, int direction, int part, int parts = 2)
    {
        var numbers = constant.Floats;
        var perDirection = (int)(constant.Count / constant.Shape[0]);
        var isVector = constant.Shape.Length == 2;
        var perPart = isVector ? perDirection / parts : perDirection;
        var perGate = perPart / order.Length;
        var start = direction * perDirection + part * perPart;
        float[] ordered = [.. order.SelectMany(gate => numbers.AsSpan(start + gate * perGate, perGate).ToArray())];
        ImmutableArray<long> shape = isVector ? [perPart] : constant.Shape[1..];
        return OnnxTensor.OfFloats(shape, () => ordered);
    }

    private static void RequirePlain(NodeImport node)
    {
        if (node.Node.Has("clip"))
        {
            throw node.Error("it has a bound (clip), which is not supported");
        }

        var steps = node.Arguments.Shape(0)[node.Node.Int("layout", 0) == 0 ? 0 : 1];
        if (node.Node.InputOrNull(4) is not null
            && !(node.IsConstant(4) && node.Constant(4).Integers.All(length => length == steps)))
        {
            throw node.Error(
                $"its sequences have different lengths (sequence_lens); all {steps} steps must be used");
        }
    }

    private static bool IsZero(NodeImport node, int input) => node.Node.InputOrNull(input) is null
        || (node.IsConstant(input) && node.Constant(input).Numbers.All(number => number == 0));
}
