using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Local response normalisation (Krizhevsky et al. 2012): x / (bias + alpha / size · Σ x²)^beta, the sum over the
/// nearest <paramref name="Size"/> channels of [N, C, ...] at the same position.
/// </summary>
public sealed record LocalResponseNorm(int Size, double Alpha = 1e-4, double Beta = 0.75, double Bias = 1) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return Size % 2 == 1 && Size > 0 && shapes.Inputs[0].Length > 1 && double.IsFinite(Alpha + Beta + Bias)
            ? shapes.Inputs[0]
            : throw shapes.Error(
                $"it sums over {Size} channels, which must be an odd number, of input "
                + NodeShapes.Show(shapes.Inputs[0]));
    }

    // The sum over a window of channels is one of C + size - 1 channels, moved step by step.
    public override Tensor Run(in RunContext context)
    {
        var (x, channels) = (context.Input, context.Input.Shape[1]);
        var reach = (int)Math.Min(Size / 2, channels - 1);
        using var squares = Aten.Square(x);
        var sum = squares.Alias();
        for (var step = -reach; step <= reach; step++)
        {
            var (start, length) = (Math.Max(step, 0), channels - Math.Abs(step));
            if (step == 0)
            {
                continue;
            }

            using var moved = Aten.Narrow(squares, 1, start, length);
            using var padded = Padded(moved, Math.Max(-step, 0), Math.Max(step, 0));
            using var previous = sum;
            sum = Aten.Add(previous, padded);
        }

        using var total = sum;
        using var scaled = Aten.Mul(total, Alpha / Size);
        using var shifted = Aten.Add(scaled, Bias);
        using var divisor = Aten.Call("aten::pow", "Tensor_Scalar", shifted, Beta)[0];
        return Aten.Div(x, divisor);
    }

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    // Channels that leave make others neighbours.
    public override bool ChangesWhenChannelsLeave => true;

    public override string ToString() => $"LocalResponseNorm({Size})";

    private static Tensor Padded(Tensor moved, int front, int back)
    {
        var border = new long[2 * (moved.Rank - 1)];
        (border[^2], border[^1]) = (front, back);
        return Aten.ConstantPad(moved, border);
    }
}
