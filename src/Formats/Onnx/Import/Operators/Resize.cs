using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Resize of images: an <see cref="Upsample"/> if libtorch computes the same positions, else a <see cref="Resample"/>.
/// </summary>
internal static class Resize
{
    public const int ModesSince = 11;
    private const double CubicOfLibtorch = -0.75;

    public static void Import(NodeImport node)
    {
        var x = node.Input();
        var (from, to) = (node.ShapeOf(x), ResizeSizes.Of(node.Arguments));
        if (from.Length is not (4 or 5) || from[1] != to[1] || from[0] != to[0])
        {
            throw node.Error(
                $"it turns {NodeShapes.Show(from)} into {NodeShapes.Show(to)}: height and width of images may change, "
                + "and depth of volumes");
        }

        if (node.Node.Int("antialias", 0) != 0)
        {
            throw node.Error("antialias is not supported");
        }

        if (from.Length == 5)
        {
            node.Output(node.Builder.Add(node.Name, ResizedVolume.Of(node, from, to), [x], []));
            return;
        }

        var op = Exact(node, from, to);
        node.Output(node.Builder.Add(node.Name, OfLibtorch(op, from) ?? (Operator)op, [x], []));
    }

    private static Resample Exact(NodeImport node, ImmutableArray<long> from, ImmutableArray<long> to)
    {
        var isOld = node.Node.Type == "Upsample" || node.Graph.Opset < ModesSince;
        var mode = node.Node.Text("mode", "nearest") switch
        {
            "nearest" => ResampleMode.Nearest,
            "linear" or "bilinear" => ResampleMode.Linear,
            "cubic" => ResampleMode.Cubic,
            var other => throw node.Error($"mode '{other}' is not known"),
        };
        var height = ResizeSizes.Scale(node.Arguments, 2, from[2], to[2]);
        var width = ResizeSizes.Scale(node.Arguments, 3, from[3], to[3]);
        var isBySize = height == (double)to[2] / from[2] && width == (double)to[3] / from[3];
        var stated = node.Node.Text("coordinate_transformation_mode", isOld ? "asymmetric" : "half_pixel");
        var rounding = Rounding(node, isOld);
        var positions = stated switch
        {
            "half_pixel" => ResamplePositions.HalfPixel,
            "pytorch_half_pixel" => ResamplePositions.PytorchHalfPixel,
            "asymmetric" => ResamplePositions.Asymmetric,
            "align_corners" when isBySize => ResamplePositions.AlignCorners,
            "align_corners" => throw node.Error(
                "it aligns corners by a scale that makes no whole size, "
                + "which ONNX and its runtimes define differently: export it with sizes"),
            "half_pixel_symmetric" when isBySize => ResamplePositions.HalfPixel,
            "tf_half_pixel_for_nn" when mode == ResampleMode.Nearest => ResamplePositions.HalfPixel,
            _ => throw node.Error($"its positions ({stated}) are not supported"),
        };
        return new(
            new((int)to[2], (int)to[3]),
            height,
            width,
            mode,
            positions,
            stated == "tf_half_pixel_for_nn" ? HalfLess(node, rounding) : rounding,
            node.Node.Float("cubic_coeff_a", CubicOfLibtorch), node.Node.Int("exclude_outside", 0) != 0);
    }

    private static ResampleRounding Rounding(NodeImport node, bool isOld) =>
        node.Node.Text("nearest_mode", isOld ? "floor" : "round_prefer_floor") switch
        {
            "round_prefer_floor" => ResampleRounding.PreferFloor,
            "round_prefer_ceil" => ResampleRounding.PreferCeiling,
            "floor" => ResampleRounding.Floor,
            "ceil" => ResampleRounding.Ceiling,
            var other => throw node.Error($"nearest_mode '{other}' is not known"),
        };

    // TensorFlow's positions are larger by half a pixel: floor(p + 1/2) rounds p half up, and p + 1/2 rounded half down
    // is ceil(p).
    private static ResampleRounding HalfLess(NodeImport node, ResampleRounding rounding) => rounding switch
    {
        ResampleRounding.Floor => ResampleRounding.PreferCeiling,
        ResampleRounding.PreferFloor => ResampleRounding.Ceiling,
        _ => throw node.Error("its positions (tf_half_pixel_for_nn) are rounded up, which is not supported"),
    };

    private static Upsample? OfLibtorch(Resample op, ImmutableArray<long> from)
    {
        UpsampleMode? mode = op.Mode switch
        {
            ResampleMode.Nearest => IsNearest(op, from) ? UpsampleMode.Nearest : null,
            ResampleMode.Linear => IsInterpolated(op, from) ? UpsampleMode.Bilinear : null,
            _ =>
                IsInterpolated(op, from) && op.CubicCoefficient == CubicOfLibtorch && !op.ExcludeOutside
                    ? UpsampleMode.Bicubic
                    : null,
        };
        return mode is { } known
            ? new(op.Size, known, known != UpsampleMode.Nearest && op.Positions == ResamplePositions.AlignCorners)
            : null;
    }

    // libtorch uses floor(i from / to). Other roundings agree if every position is repeated equally often.
    private static bool IsNearest(Resample op, ImmutableArray<long> from)
    {
        var isWhole = op.Size.Height % from[2] == 0 && op.Size.Width % from[3] == 0;
        return op.Positions switch
        {
            ResamplePositions.Asymmetric => op.Rounding == ResampleRounding.Floor && IsBySize(op, from),
            ResamplePositions.HalfPixel or ResamplePositions.PytorchHalfPixel =>
                isWhole
                    && op.Rounding is ResampleRounding.PreferFloor or ResampleRounding.PreferCeiling
                    && IsBySize(op, from),
            _ => false,
        };
    }

    // libtorch is given sizes only.
    private static bool IsInterpolated(Resample op, ImmutableArray<long> from) => IsBySize(op, from)
        && (op.Positions is ResamplePositions.HalfPixel or ResamplePositions.AlignCorners
            || (
                op.Positions == ResamplePositions.PytorchHalfPixel
                    && (op.Size.Height > 1 || from[2] == 1)
                    && (op.Size.Width > 1 || from[3] == 1))
            || (op.Size.Height == from[2] && op.Size.Width == from[3]));

    private static bool IsBySize(Resample op, ImmutableArray<long> from) =>
        op.HeightScale == (double)op.Size.Height / from[2] && op.WidthScale == (double)op.Size.Width / from[3];
}
