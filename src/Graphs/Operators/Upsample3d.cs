using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Volumes of another size, [N, C, D, H, W] -> [N, C, D', H', W']: the nearest positions, or means of the eight
/// positions around by their distances. With aligned corners, which nearest positions do not know, the centres of the
/// corner voxels fall on each other, otherwise the corners of the volumes do.
/// </summary>
public sealed record Upsample3d(Triple Size, bool Linear = false, bool AlignCorners = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 5);
        return Size.Sizes.Any(size => size < 1)
            ? throw shapes.Error($"size {Size} must be at least 1")
            : AlignCorners && !Linear
            ? throw shapes.Error("nearest positions cannot align corners")
            : [shapes.Inputs[0][0], shapes.Inputs[0][1], .. Size.Sizes];
    }

    public override Tensor Run(in RunContext context) => Linear
        ? Aten.UpsampleTrilinear3d(context.Input, Size.Sizes, AlignCorners)
        : Aten.UpsampleNearest3d(context.Input, Size.Sizes);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"Upsample3d({Size}, {(Linear ? "linear" : "nearest")}{(AlignCorners ? ", corners aligned" : "")})";
}
