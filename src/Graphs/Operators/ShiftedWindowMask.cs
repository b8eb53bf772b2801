using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Bias of attention within windows of a grid that was rolled by <paramref name="Shift"/>: -100 between positions that
/// the roll brought together from opposite borders, else 0. -> [1, windows, L, L], windows row by row, L positions in
/// each (Liu et al. 2021, arXiv 2103.14030, Fig. 4). Only the device and type of the input are looked at.
/// </summary>
public sealed record ShiftedWindowMask(Pair Grid, Pair Window, Pair Shift) : Operator
{
    private const float Masked = -100;

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return Window is { Height: > 0, Width: > 0 } && Grid is { Height: > 0, Width: > 0 }
            && Grid.Height % Window.Height == 0 && Grid.Width % Window.Width == 0
            && Shift.Height >= 0 && Shift.Height < Window.Height && Shift.Width >= 0 && Shift.Width < Window.Width
            ? [1, Windows, Positions, Positions]
            : throw shapes.Error($"windows of {Window} shifted by {Shift} do not fit a grid of {Grid}");
    }

    public override Tensor Run(in RunContext context)
    {
        using var onCpu = Tensor.FromArray<float>(Values(), [1, Windows, Positions, Positions]);
        using var typed = onCpu.To(context.Input.DType);
        return typed.To(context.Input.Device);
    }

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < coupling.Shapes.Inputs[0].Length; dimension++)
        {
            coupling.Free(Axis.Input(0, dimension));
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"ShiftedWindowMask({Grid} by {Window}, shift {Shift})";

    private long Windows => (long)(Grid.Height / Window.Height) * (Grid.Width / Window.Width);

    private long Positions => (long)Window.Height * Window.Width;

    /// <summary>The mask, row-major.</summary>
    internal float[] Values()
    {
        var values = new float[Windows * Positions * Positions];
        for (var at = 0L; at < values.Length; at++)
        {
            var (window, pair) = Math.DivRem(at, Positions * Positions);
            values[at] = Region(window, pair / Positions) == Region(window, pair % Positions) ? 0 : Masked;
        }

        return values;
    }

    // Where a position of the rolled grid comes from: which of the two sides of the cut in each direction, for the last
    // windows.
    private (bool Below, bool Right) Region(long window, long position)
    {
        var (windowY, windowX) = Math.DivRem(window, Grid.Width / Window.Width);
        var (y, x) = Math.DivRem(position, Window.Width);
        return (
            windowY * Window.Height + y >= Grid.Height - Shift.Height,
            windowX * Window.Width + x >= Grid.Width - Shift.Width);
    }
}
