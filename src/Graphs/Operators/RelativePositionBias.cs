using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Bias of attention within a window of h x w positions, from a table by their distance, [N, (2h - 1)(2w - 1), heads]
/// -> [N, heads, hw, hw]. Positions are numbered row by row; i and j take row (y_i - y_j + h - 1)(2w - 1) + (x_i - x_j
/// + w - 1) (Liu et al. 2021, arXiv 2103.14030).
/// </summary>
/// <param name="Window">h and w.</param>
/// <param name="Bound">
/// When given, the bias is that times the sigmoid of the table's value, as in Swin Transformer V2; else 0.
/// </param>
public sealed record RelativePositionBias(Pair Window, double Bound = 0) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 3);
        var table = shapes.Inputs[0];
        return Window is { Height: > 0, Width: > 0 } && table[1] == (2L * Window.Height - 1) * (2L * Window.Width - 1)
            ? [table[0], table[2], Positions, Positions]
            : throw shapes.Error($"table {NodeShapes.Show(table)} does not fit a window of {Window}");
    }

    public override Tensor Run(in RunContext context)
    {
        using var onCpu = Tensor.FromArray<long>(Rows(), [Positions * Positions]);
        using var rows = onCpu.To(context.Input.Device);
        using var gathered = Aten.IndexSelect(context.Input, 1, rows);
        using var square = Aten.Reshape(gathered, [gathered.Shape[0], Positions, Positions, gathered.Shape[2]]);
        using var bias = Aten.Permute(square, [0, 3, 1, 2]);
        if (Bound == 0)
        {
            return bias.Alias();
        }

        using var shares = Aten.Sigmoid(bias);
        return Aten.Mul(shares, Bound);
    }

    public override void Couple(ICoupling coupling)
    {
        coupling.Tie(Axis.Input(0, 0), Axis.Output(0));
        coupling.Tie(Axis.Input(0, 2), Axis.Output(1));
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => Bound == 0;

    public override string ToString() => $"RelativePositionBias({Window}{(Bound == 0 ? "" : $", bound {Bound}")})";

    private long Positions => (long)Window.Height * Window.Width;

    /// <summary>The row of the table for each pair of positions, row-major.</summary>
    internal long[] Rows()
    {
        var rows = new long[Positions * Positions];
        for (var at = 0L; at < rows.Length; at++)
        {
            var (yI, xI) = Math.DivRem(at / Positions, Window.Width);
            var (yJ, xJ) = Math.DivRem(at % Positions, Window.Width);
            rows[at] = (yI - yJ + Window.Height - 1) * (2L * Window.Width - 1) + xI - xJ + Window.Width - 1;
        }

        return rows;
    }
}
