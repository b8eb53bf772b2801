using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The rules that gated recurrent layers share: parameters input weight [gH, I], hidden weight [gH, H] and two biases
/// [gH] or none.
/// </summary>
internal static class Recurrence
{
    private static readonly Axis InputColumns = Axis.Parameter(0, 1);
    private static readonly Axis HiddenColumns = Axis.Parameter(1, 1);

    /// <summary>Runs a layer from a zero state [1, N, H] over [N, T, I].</summary>
    public delegate Tensor Layer(Tensor input, Tensor zeroState, ReadOnlySpan<Tensor> parameters, bool training);

    public static ImmutableArray<long> InferShape(NodeShapes shapes, int gates)
    {
        shapes.Require(inputs: 1, 2, 4);
        shapes.RequireRank(0, 3);
        var (input, hidden) = (shapes.Inputs[0], shapes.Parameters[1]);
        var fits = hidden.Length == 2 && hidden[0] == gates * hidden[1]
            && shapes.Parameters[0].SequenceEqual([hidden[0], input[2]])
            && shapes.Parameters.Skip(2).All(bias => bias.SequenceEqual([hidden[0]]));
        return fits
            ? input.SetItem(2, hidden[1])
            : throw shapes.Error(
                $"parameters {string.Join(", ", shapes.Parameters.Select(NodeShapes.Show))} do not fit {gates} gates "
                + $"on input {NodeShapes.Show(input)}");
    }

    public static Tensor Run(in RunContext context, bool reverse, Layer layer)
    {
        var input = context.Input;
        using var zeros = Tensor.Zeros([1, input.Shape[0], context.Parameters[1].Shape[1]], input.DType, input.Device);
        if (!reverse)
        {
            return layer(input, zeros, context.Parameters, context.Training);
        }

        using var backwards = Aten.Flip(input, [1]);
        using var output = layer(backwards, zeros, context.Parameters, context.Training);
        return Aten.Flip(output, [1]);
    }

    public static ImmutableArray<MacsTerm> Macs(NodeShapes shapes)
    {
        var steps = shapes.Output[0] * shapes.Output[1];
        return [new(steps, [Axis.Parameter(0, 0), InputColumns]), new(steps, [Axis.Parameter(1, 0), HiddenColumns])];
    }

    // Hidden unit h has row h of every gate in every parameter, and column h of the hidden weight. Steps stay: the
    // states pass through them.
    public static void Couple(ICoupling coupling, int gates)
    {
        var units = Axis.Output(2);
        coupling.Tie(Axis.Input(0, 2), InputColumns);
        coupling.Tie(HiddenColumns, units);
        coupling.Tie(Axis.Input(0, 0), Axis.Output(0));
        var size = coupling.Shapes.Size(units);
        for (var parameter = 0; parameter < coupling.Shapes.Parameters.Length; parameter++)
        {
            for (var row = 0L; row < gates * size; row++)
            {
                coupling.Tie(Axis.Parameter(parameter, 0), row, units, row % size);
            }
        }
    }
}
