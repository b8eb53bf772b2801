using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Tests.Onnx.Export;

/// <content>Operators of videos and volumes.</content>
internal static partial class OperatorGraphs
{
    private static Graph Volume(string name, Body body) => Of(name, [4, 5, 7, 6], body);

    private static IEnumerable<Graph> Volumes()
    {
        yield return Volume("conv3d", (g, x) => g.Conv3d(
            "op", x, 6, new(3, 1, 2), new(1, 2, 1), new(1, 0, 1), bias: true, groups: 2));
        yield return Volume("conv3d_dilated", (g, x) => g.Conv3d("op", x, 3, 2, dilation: new(2, 1, 3)));
        yield return Volume("conv3d_depthwise", (g, x) => g.Conv3d("op", x, 8, 3, groups: 4));
        yield return Volume("transposed3d", (g, x) => g.ConvTranspose3d(
            "op", x, 6, new(3, 2, 1), new(2, 1, 3), new(1, 0, 0), new(1, 0, 2), groups: 2));
        yield return Volume(
            "transposed3d_dilated", (g, x) => g.ConvTranspose3d("op", x, 3, 3, bias: false, dilation: new(1, 2, 1)));
        yield return Volume("batch_norm3d", (g, x) => g.BatchNorm2d("op", x, epsilon: 0.125));
        yield return Volume("instance_norm3d", (g, x) => g.InstanceNorm2d("op", x, affine: true));
        yield return Volume("group_norm3d", (g, x) => g.GroupNorm("op", x, 2));
        yield return Volume("relu3d", (g, x) => g.Relu("op", x));
        yield return Volume("prelu3d", (g, x) => g.PRelu("op", x, slopePerChannel: true));
        yield return Volume("affine3d", (g, x) => g.Affine("op", x, [0.5, 2, -1, 1], [0.25]));
        yield return Volume("add3d", (g, x) => g.Add("op", g.AdaptiveAveragePool3d("pool", x, 1), x));
        yield return Volume("concat3d", (g, x) => g.Concat("op", 1, x, g.Slice("half", x, 1, 0, 2)));
        yield return Volume("flatten3d", (g, x) => g.Flatten("op", x));
        yield return Volume("dropout3d", (g, x) => g.Dropout2d("op", x, 0.5));
        yield return Volume("softmax3d", (g, x) => g.Softmax("op", x, 1));
        yield return Volume("pad3d", (g, x) => g.Pad3d("op", x, new(1, 0, 2), new(0, 3, 1), value: 0.5));
        foreach (var mode in new[] { PaddingMode.Reflect, PaddingMode.Replicate })
        {
            yield return Volume($"pad3d_{mode}", (g, x) => g.Pad3d("op", x, new(1, 0, 2), new(0, 3, 1), mode));
        }

        foreach (var (ceil, padding) in new[] { (false, 0), (false, 1), (true, 0), (true, 1) })
        {
            var name = $"pool3d_{ceil}_{padding}";
            yield return Volume($"{name}_max", (g, x) => g.MaxPool3d("op", x, new(2, 3, 2), 2, padding, ceil));
            yield return Volume($"{name}_average", (g, x) => g.AveragePool3d("op", x, new(2, 3, 2), 2, padding, ceil));
            yield return Volume(
                $"{name}_average_of_inside",
                (g, x) => g.AveragePool3d("op", x, new(2, 3, 2), 2, padding, ceil, countPadding: false));
        }

        foreach (var size in new Triple[] { new(10, 7, 18), new(6, 9, 4) })
        {
            yield return Volume($"upsample3d_nearest_{size}", (g, x) => g.Upsample3d("op", x, size));
            yield return Volume($"upsample3d_linear_{size}", (g, x) => g.Upsample3d("op", x, size, linear: true));
            yield return Volume(
                $"upsample3d_corners_{size}", (g, x) => g.Upsample3d("op", x, size, linear: true, alignCorners: true));
        }

        yield return Volume("max3d_dilated", (g, x) => g.MaxPool3d("op", x, 2, 1, 0, dilation: new(2, 1, 3)));
        foreach (var size in new Triple[] { 1, new(2, 3, 2), new(5, 7, 3), new(1, 1, 6), new(6, 9, 8) })
        {
            yield return Volume($"adaptive_average3d_{size}", (g, x) => g.AdaptiveAveragePool3d("op", x, size));
            yield return Volume($"adaptive_max3d_{size}", (g, x) => g.AdaptiveMaxPool3d("op", x, size));
        }
    }
}
