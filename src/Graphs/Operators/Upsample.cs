using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>How <see cref="Upsample"/> finds values between positions.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UpsampleMode>))]
public enum UpsampleMode
{
    /// <summary>The value of the nearest position.</summary>
    Nearest,

    /// <summary>A mean of the four positions around, by their distances.</summary>
    Bilinear,

    /// <summary>
    /// Cubic convolution with the coefficient -0.75 (Keys 1981); positions outside are the image's edge.
    /// </summary>
    Bicubic,
}

/// <summary>
/// Images of another size, [N, C, H, W] -> [N, C, H', W']. With aligned corners, which nearest positions do not know,
/// the centres of the corner pixels fall on each other, otherwise the corners of the images do.
/// </summary>
public sealed record Upsample(Pair Size, UpsampleMode Mode = UpsampleMode.Nearest, bool AlignCorners = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        return Size.Height < 1 || Size.Width < 1
            ? throw shapes.Error($"size {Size} must be at least 1")
            : AlignCorners && Mode == UpsampleMode.Nearest
            ? throw shapes.Error("nearest positions cannot align corners")
            : [shapes.Inputs[0][0], shapes.Inputs[0][1], Size.Height, Size.Width];
    }

    public override Tensor Run(in RunContext context) => Mode switch
    {
        UpsampleMode.Nearest => Aten.UpsampleNearest2d(context.Input, Size.Height, Size.Width),
        UpsampleMode.Bilinear => Aten.UpsampleBilinear2d(context.Input, Size.Height, Size.Width, AlignCorners),
        UpsampleMode.Bicubic => Aten.UpsampleBicubic2d(context.Input, Size.Height, Size.Width, AlignCorners),
        _ => throw new InvalidOperationException($"Interpolation {Mode} has no run rule."),
    };

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"Upsample({Size}, {Mode}{(AlignCorners ? ", corners aligned" : "")})";
}
