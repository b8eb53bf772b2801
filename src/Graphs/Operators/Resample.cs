using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>How <see cref="Resample"/> finds values between positions.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResampleMode>))]
public enum ResampleMode
{
    /// <summary>The value of the nearest position.</summary>
    Nearest,

    /// <summary>A mean of the two positions around, by their distances.</summary>
    Linear,

    /// <summary>Cubic convolution of the four positions around.</summary>
    Cubic,
}

/// <summary>Where a position x of the result lies among those of the image, by the scale s.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResamplePositions>))]
public enum ResamplePositions
{
    /// <summary>(x + 1/2) / s - 1/2: the corners of the images meet.</summary>
    HalfPixel,

    /// <summary>The same, but 0 where the result has one position.</summary>
    PytorchHalfPixel,

    /// <summary>x (size - 1) / (new size - 1): the centres of the corner pixels meet.</summary>
    AlignCorners,

    /// <summary>x / s.</summary>
    Asymmetric,
}

/// <summary>Which position <see cref="ResampleMode.Nearest"/> takes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResampleRounding>))]
public enum ResampleRounding
{
    /// <summary>The nearest, of two the lower.</summary>
    PreferFloor,

    /// <summary>The nearest, of two the higher.</summary>
    PreferCeiling,

    /// <summary>The one before.</summary>
    Floor,

    /// <summary>The one after.</summary>
    Ceiling,
}

/// <summary>
/// Images of another size by ONNX's rules of Resize, [N, C, H, W] -> [N, C, H', W'], where libtorch has no operator of
/// these; the others are <see cref="Upsample"/>. A linear map of rows and one of columns: the products of their
/// matrices, or selected positions.
/// </summary>
/// <param name="Size">[H', W'].</param>
/// <param name="HeightScale">H' / H, or a scale whose fraction of a position is left out.</param>
/// <param name="WidthScale">The same for widths.</param>
/// <param name="Mode">How values between positions are found.</param>
/// <param name="Positions">Where positions lie.</param>
/// <param name="Rounding">Of nearest positions.</param>
/// <param name="CubicCoefficient">The coefficient of cubic convolution (Keys 1981).</param>
/// <param name="ExcludeOutside">
/// Whether cubic weights of positions outside the image go to those inside, not to its edge.
/// </param>
public sealed record Resample(
    Pair Size,
    double HeightScale,
    double WidthScale,
    ResampleMode Mode,
    ResamplePositions Positions,
    ResampleRounding Rounding = ResampleRounding.PreferFloor,
    double CubicCoefficient = -0.75,
    bool ExcludeOutside = false) : Operator
{
    // Of a matrix: 8192 positions to as many.
    private const long HighestCount = 1 << 26;

    // Of a position, by which a scale in single precision may fall short of a whole size.
    private const double Shortage = 1e-3;

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        var input = shapes.Inputs[0];
        return Fits(input[2], Size.Height, HeightScale) && Fits(input[3], Size.Width, WidthScale)
            && double.IsFinite(CubicCoefficient)
            ? [input[0], input[1], Size.Height, Size.Width]
            : throw shapes.Error(
                $"size {Size} is not input {NodeShapes.Show(input)} times {HeightScale} and {WidthScale}, "
                + "or too large, or its cubic coefficient is no number");
    }

    public override Tensor Run(in RunContext context)
    {
        var x = context.Input;
        var rows = new ResampledDimension(this, (int)x.Shape[2], Size.Height, (float)HeightScale);
        var columns = new ResampledDimension(this, (int)x.Shape[3], Size.Width, (float)WidthScale);
        return Mode == ResampleMode.Nearest ? Selected(x, rows, columns) : Multiplied(x, rows, columns);
    }

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"Resample({Size}, {Mode}, {Positions}{(Mode == ResampleMode.Nearest ? $", {Rounding}" : "")})";

    private static bool Fits(long from, long to, double scale) =>
        to >= 1 && from * to <= HighestCount && from * scale - to is > -Shortage and < 1;

    private static Tensor Selected(Tensor x, ResampledDimension rows, ResampledDimension columns)
    {
        using var chosenRows = Placed(rows.Nearest(), [rows.To], x);
        using var chosenColumns = Placed(columns.Nearest(), [columns.To], x);
        using var selected = Aten.IndexSelect(x, 2, chosenRows);
        return Aten.IndexSelect(selected, 3, chosenColumns);
    }

    // R x Cᵀ for each channel.
    private static Tensor Multiplied(Tensor x, ResampledDimension rows, ResampledDimension columns)
    {
        using var left = Typed(rows.Weights(), [rows.To, rows.From], x);
        using var right = Typed(columns.Weights(), [columns.To, columns.From], x);
        using var turned = Aten.Transpose(right, 0, 1);
        using var product = Aten.Matmul(x, turned);
        return Aten.Matmul(left, product);
    }

    private static Tensor Placed<T>(T[] numbers, long[] shape, Tensor like)
        where T : unmanaged
    {
        using var here = Tensor.FromArray<T>(numbers, shape);
        return here.To(like.Device);
    }

    private static Tensor Typed(float[] numbers, long[] shape, Tensor like)
    {
        using var placed = Placed(numbers, shape, like);
        return placed.To(like.DType);
    }
}
