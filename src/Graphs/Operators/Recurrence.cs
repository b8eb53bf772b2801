using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The rules that recurrent layers share. Inputs: the sequence [N, T, I] and, optionally, the states before its first
/// step, [N, H] each. Parameters: input weight [gH, I], hidden weight [gH, H] and two biases [gH] or none, and then
/// what an operator has besides, [.. H] in parts of H.
/// </summary>
internal static class Recurrence
{
    private static readonly Axis InputColumns = Axis.Parameter(0, 1);
    private static readonly Axis HiddenColumns = Axis.Parameter(1, 1);

    /// <summary>
    /// Runs a layer over [N, T, I] from states [N, H]; gives the outputs of all steps [N, T, H], and may give what
    /// stands behind them [N, 1, H].
    /// </summary>
    public delegate (Tensor Steps, Tensor? Behind) Layer(Tensor input, ReadOnlySpan<Tensor> states);

    /// <summary>The shape rule.</summary>
    /// <param name="shapes">The shapes.</param>
    /// <param name="gates">g, the parts of the weights.</param>
    /// <param name="states">How many states the layer has.</param>
    /// <param name="behind">How many rows stand behind the steps in the output.</param>
    /// <param name="parts">The parts of a further parameter; 0 where there is none.</param>
    public static ImmutableArray<long> InferShape(
        NodeShapes shapes, int gates, int states, int behind = 0, int parts = 0)
    {
        var further = parts > 0 ? 1 : 0;
        shapes.Require(shapes.Inputs.Length == 1 + states ? 1 + states : 1, 2 + further, 4 + further);
        shapes.RequireRank(0, 3);
        var (input, hidden) = (shapes.Inputs[0], shapes.Parameters[1]);
        var fits = hidden.Length == 2 && hidden[0] == gates * hidden[1]
            && shapes.Parameters[0].SequenceEqual([hidden[0], input[2]])
            && shapes.Parameters[2..^further].All(bias => bias.SequenceEqual([hidden[0]]))
            && (further == 0 || shapes.Parameters[^1].SequenceEqual([parts * hidden[1]]));
        return !fits
            ? throw shapes.Error(
                $"parameters {string.Join(", ", shapes.Parameters.Select(NodeShapes.Show))} do not fit {gates} gates "
                + $"on input {NodeShapes.Show(input)}")
            : shapes.Inputs[1..].FirstOrDefault(state => !state.SequenceEqual([input[0], hidden[1]])) is
            { IsDefault: false } other
            ? throw shapes.Error(
                $"its first state is {NodeShapes.Show(other)}, but must be {NodeShapes.Show([input[0], hidden[1]])}")
            : [input[0], input[1] + behind, hidden[1]];
    }

    /// <summary>Runs a layer from the states that are given, else from zeros.</summary>
    public static Tensor Run(in RunContext context, bool reverse, int states, Layer layer)
    {
        var input = context.Input;
        if (context.Inputs.Length > 1)
        {
            return Run(input, context.Inputs[1..], reverse, layer);
        }

        using var zeros = Tensor.Zeros([input.Shape[0], context.Parameters[1].Shape[1]], input.DType, input.Device);
        Tensor[] all = [.. Enumerable.Repeat(zeros, states)];
        return Run(input, all, reverse, layer);
    }

    private static Tensor Run(Tensor input, ReadOnlySpan<Tensor> states, bool reverse, Layer layer)
    {
        using var ordered = reverse ? Aten.Flip(input, [1]) : input.Alias();
        var (steps, behind) = layer(ordered, states);
        using (steps)
        using (behind)
        {
            using var first = reverse ? Aten.Flip(steps, [1]) : steps.Alias();
            return behind is null ? first.Alias() : Aten.Cat([first, behind], 1);
        }
    }

    public static ImmutableArray<MacsTerm> Macs(NodeShapes shapes)
    {
        var steps = shapes.Inputs[0][0] * shapes.Inputs[0][1];
        return [new(steps, [Axis.Parameter(0, 0), InputColumns]), new(steps, [Axis.Parameter(1, 0), HiddenColumns])];
    }

    // Hidden unit h has row h of every gate in every parameter, column h of the hidden weight, and place h in every
    // state. Steps stay: the states pass through them.
    public static void Couple(ICoupling coupling)
    {
        var units = Axis.Output(2);
        coupling.Tie(Axis.Input(0, 2), InputColumns);
        coupling.Tie(HiddenColumns, units);
        coupling.Tie(Axis.Input(0, 0), Axis.Output(0));
        for (var state = 1; state < coupling.Shapes.Inputs.Length; state++)
        {
            coupling.Tie(Axis.Input(state, 0), Axis.Output(0));
            coupling.Tie(Axis.Input(state, 1), units);
        }

        var size = coupling.Shapes.Size(units);
        for (var parameter = 0; parameter < coupling.Shapes.Parameters.Length; parameter++)
        {
            var rows = Axis.Parameter(parameter, 0);
            for (var row = 0L; row < coupling.Shapes.Size(rows); row++)
            {
                coupling.Tie(rows, row, units, row % size);
            }
        }
    }
}
