using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Resize of volumes, if libtorch computes the same positions.</summary>
internal static class ResizedVolume
{
    public static Upsample3d Of(NodeImport node, ImmutableArray<long> from, ImmutableArray<long> to)
    {
        var isOld = node.Node.Type == "Upsample" || node.Graph.Opset < Resize.ModesSince;
        var positions = node.Node.Text("coordinate_transformation_mode", isOld ? "asymmetric" : "half_pixel");
        var rounding = node.Node.Text("nearest_mode", isOld ? "floor" : "round_prefer_floor");
        int[] dimensions = [2, 3, 4];
        var isBySize = Array.TrueForAll(
            dimensions,
            dimension => ResizeSizes.Scale(node.Arguments, dimension, from[dimension], to[dimension])
                == (double)to[dimension] / from[dimension]);
        var isWhole = Array.TrueForAll(dimensions, dimension => to[dimension] % from[dimension] == 0);
        var isUsual = Array.TrueForAll(dimensions, dimension => to[dimension] > 1 || from[dimension] == 1);
        var size = Images.Triple([.. to[2..]]);
        return (node.Node.Text("mode", "nearest"), positions, rounding) switch
        {
            _ when !isBySize => throw node.Error("its scale leaves part of a voxel, supported for images only"),
            ("nearest", "asymmetric", "floor") => new(size),
            ("nearest", "half_pixel" or "pytorch_half_pixel", "round_prefer_floor" or "round_prefer_ceil")
                when isWhole => new(size),
            ("linear" or "trilinear", "half_pixel", _) => new(size, Linear: true),
            ("linear" or "trilinear", "pytorch_half_pixel", _) when isUsual => new(size, Linear: true),
            ("linear" or "trilinear", "align_corners", _) => new(size, Linear: true, AlignCorners: true),
            var (mode, _, _) => throw node.Error(
                $"its mode {mode} with positions {positions} and {rounding} is not supported for volumes"),
        };
    }
}
