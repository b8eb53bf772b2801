using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Images at places of a grid (Jaderberg et al. 2015, arXiv 1506.02025): [N, C, H, W] and the places [N, H', W', 2], x
/// and y from -1 to 1 -> [N, C, H', W'].
/// </summary>
/// <param name="Mode">How numbers between pixels are computed.</param>
/// <param name="Padding">
/// What stands outside the image: 0, the border's pixels, or the image mirrored at its border.
/// </param>
/// <param name="AlignCorners">
/// Whether -1 and 1 are the centres of the border's pixels, or else their outer edges.
/// </param>
public sealed record GridSample(
    UpsampleMode Mode = UpsampleMode.Bilinear, PaddingMode Padding = PaddingMode.Constant, bool AlignCorners = false)
    : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 2, parameters: 0);
        shapes.RequireRank(0, 4);
        shapes.RequireRank(1, 4);
        var (images, grid) = (shapes.Inputs[0], shapes.Inputs[1]);
        return images[0] == grid[0] && grid[3] == 2
            ? [images[0], images[1], grid[1], grid[2]]
            : throw shapes.Error(
                $"places {NodeShapes.Show(grid)} do not fit images {NodeShapes.Show(images)}; they are [N, H, W, 2]");
    }

    public override Tensor Run(in RunContext context)
    {
        var mode = Mode switch
        {
            UpsampleMode.Bilinear => 0L,
            UpsampleMode.Nearest => 1L,
            _ => 2L,
        };
        var padding = Padding switch
        {
            PaddingMode.Constant => 0L,
            PaddingMode.Replicate => 1L,
            _ => 2L,
        };
        return Aten.Call(
            "aten::grid_sampler", "", context.Inputs[0], context.Inputs[1], mode, padding, AlignCorners)[0];
    }

    public override void Couple(ICoupling coupling)
    {
        coupling.Tie(Axis.Input(0, 1), Axis.Output(1));
        coupling.Tie(Axis.Input(1, 1), Axis.Output(2));
        coupling.Tie(Axis.Input(1, 2), Axis.Output(3));
        coupling.Freeze(Axis.Input(0, 2), "positions that places are looked up in");
        coupling.Freeze(Axis.Input(0, 3), "positions that places are looked up in");
        coupling.Freeze(Axis.Input(1, 3), "coordinates of a place");
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"GridSample({Mode}, {Padding}{(AlignCorners ? ", corners aligned" : "")})";
}
