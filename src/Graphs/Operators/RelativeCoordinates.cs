using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The distances within a window of h x w positions on a logarithmic scale, [1, (2h - 1)(2w - 1), 2], y before x: d
/// from 1 - h to h - 1 gives sign(d) log2(1 + 8 |d| / (h - 1)) / 3 (Liu et al. 2022, arXiv 2111.09883, eq. 4; 8 as in
/// their program). Only the device and type of the input are looked at.
/// </summary>
public sealed record RelativeCoordinates(Pair Window) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return Window is { Height: > 1, Width: > 1 }
            ? [1, (2L * Window.Height - 1) * (2L * Window.Width - 1), 2]
            : throw shapes.Error($"a window of {Window} must be at least 2 positions high and wide");
    }

    public override Tensor Run(in RunContext context)
    {
        var values = Values();
        using var onCpu = Tensor.FromArray<float>(values, [1, values.Length / 2, 2]);
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

    public override string ToString() => $"RelativeCoordinates({Window})";

    /// <summary>The distances, row-major.</summary>
    internal float[] Values()
    {
        var xs = Scale(Window.Width);
        return [.. Scale(Window.Height).SelectMany(y => xs.SelectMany(x => new[] { y, x }))];
    }

    private static float[] Scale(int size) =>
        [
            .. Enumerable.Range(1 - size, 2 * size - 1)
                .Select(d => (float)(Math.Sign(d) * Math.Log2(1 + 8.0 * Math.Abs(d) / (size - 1)) / 3)),
        ];
}
