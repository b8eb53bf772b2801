using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Tests.Onnx.Export;

/// <content>What moves, joins and looks up.</content>
internal static partial class OperatorGraphs
{
    private static IEnumerable<Graph> Images()
    {
        foreach (var mode in Enum.GetValues<PaddingMode>())
        {
            yield return Image(
                $"pad_{mode}",
                (g, x) => g.Pad2d("op", x, new(2, 1), new(0, 3), mode, mode == PaddingMode.Constant ? 1.5 : 0));
        }

        foreach (var mode in new[] { UpsampleMode.Nearest, UpsampleMode.Bilinear, UpsampleMode.Bicubic })
        {
            foreach (var padding in Enum.GetValues<PaddingMode>())
            {
                // Each mode and each padding both ways.
                var corners = ((int)mode + (int)padding) % 2 == 0;
                yield return Image(
                    $"grid_{mode}_{padding}_{corners}", (g, x) => Sampled(g, x, new(mode, padding, corners)));
            }
        }

        yield return Image("pad_channels", (g, x) => g.PadChannels("op", x, 1, 2));
        yield return Of("pad_channels_matrix", [3], (g, x) => g.PadChannels("op", x, 2, 0));
        yield return Of("shuffle", [6, 3, 2], (g, x) => g.ChannelShuffle("op", x, 3));
        yield return Of("pixel_shuffle", [8, 3, 2], (g, x) => g.PixelShuffle("op", x, 2));
        yield return Of("pixel_unshuffle", [2, 6, 4], (g, x) => g.PixelUnshuffle("op", x, 2));
        yield return Image("subsample", (g, x) => g.Subsample("op", x, new(2, 3)));
        foreach (var size in new Pair[] { new(14, 18), new(10, 9), new(3, 4), new(1, 1), new(7, 6) })
        {
            yield return Image($"nearest_{size}", (g, x) => g.Upsample("op", x, size));
            foreach (var mode in new[] { UpsampleMode.Bilinear, UpsampleMode.Bicubic })
            {
                yield return Image($"{mode}_{size}", (g, x) => g.Upsample("op", x, size, mode));
                yield return Image(
                    $"{mode}_corners_{size}", (g, x) => g.Upsample("op", x, size, mode, alignCorners: true));
            }
        }

        foreach (var resample in Resamples(new(10, 9)).Concat(Resamples(new(3, 1))))
        {
            yield return Image(
                $"{resample}{(resample.ExcludeOutside ? " of inside" : "")}", (g, x) => g.Add("op", resample, [x], []));
        }

        yield return Image("resample_by_scales", (g, x) => g.Add("op", ByScales(ResampleMode.Linear), [x], []));
        yield return Image("resample_cubic_by_scales", (g, x) => g.Add("op", ByScales(ResampleMode.Cubic), [x], []));
    }

    // Images of 7 x 6: 9.1 positions are 9, 4.8 are 4.
    private static Resample ByScales(ResampleMode mode) =>
        new(new(9, 4), 1.3f, 0.8f, mode, ResamplePositions.HalfPixel);

    private static IEnumerable<Resample> Resamples(Pair size)
    {
        var (height, width) = (size.Height / 7.0, size.Width / 6.0);
        foreach (var positions in Enum.GetValues<ResamplePositions>())
        {
            foreach (var rounding in Enum.GetValues<ResampleRounding>())
            {
                yield return new(size, height, width, ResampleMode.Nearest, positions, rounding);
            }

            yield return new(size, height, width, ResampleMode.Linear, positions);
            yield return new(size, height, width, ResampleMode.Cubic, positions, CubicCoefficient: -0.5);
        }

        yield return new(size, height, width, ResampleMode.Cubic, ResamplePositions.HalfPixel, ExcludeOutside: true);
    }

    private static IEnumerable<Graph> Arrangements()
    {
        yield return Image("concat", (g, x) => g.Concat("op", 2, x, x, g.Slice("first", x, 2, 0, 2)));
        yield return Image("slice", (g, x) => g.Slice("op", x, 3, 1, 4));
        yield return Image("select", (g, x) => g.Select("op", x, 2, 3));
        yield return Image("select_channels", (g, x) => g.SelectChannels("op", x, [3, 0, 0, 2]));
        yield return Image("expand", (g, x) => g.Expand("op", g.Slice("one", x, 1, 2, 1), 1, 5));
        yield return Image("flatten", (g, x) => g.Flatten("op", x));
        yield return Image("permute", (g, x) => g.Permute("op", x, 0, 3, 1, 2));
        yield return Image("reshape", (g, x) => g.Reshape("op", x, [1, 2, 2, 42]));
        yield return Image("windows_in_the_batch", (g, x) => g.Relu("act", g.Reshape("op", x, [4, 7, 6])));
        yield return Image("windows_and_back", (g, x) =>
            g.Reshape("back", g.Linear("op", g.Reshape("windows", x, [8, 7, 3]), 3), [1, 8, 7, 3]));
        yield return Image("roll", (g, x) => g.Roll("op", x, [3, -2], [2, 3]));
        yield return Image("roll_round", (g, x) => g.Roll("op", x, [7, 6, 1, -1], [2, 3, 1, 1]));
        yield return Image("roll_far", (g, x) => g.Roll("op", x, [-16], [2]));
        foreach (var kind in Enum.GetValues<ReduceKind>())
        {
            yield return Image(
                $"reduce_{kind}", (g, x) => g.Reduce("op", g.Sigmoid("positive", x), kind, [2, 3]));
            yield return Image(
                $"reduce_{kind}_kept",
                (g, x) => g.Reduce("op", g.Sigmoid("positive", x), kind, [1], keepDimensions: true));
        }
    }

    private static IEnumerable<Graph> Sequences()
    {
        yield return Of("matmul", [2, 3, 4], (g, x) => g.MatMul("op", x, g.Permute("columns", x, 0, 1, 3, 2)));
        yield return Of(
            "attention", [2, 4, 3], (g, x) => g.ScaledDotProductAttention("op", x, g.Relu("keys", x), x, scale: 0.75));
        yield return Of("attention_biased", [2, 4, 3], (g, x) =>
        {
            var scores = g.MatMul("scores", x, g.Permute("columns", x, 0, 1, 3, 2));
            var table = g.Parameter("bias", [1, 1, 4, 4], Initialization.Normal(1));
            return g.ScaledDotProductAttention("op", x, x, x, [scores, table]);
        });
        yield return Of("attention_causal", [2, 4, 3], (g, x) =>
            g.ScaledDotProductAttention("op", x, g.Relu("keys", x), x, scale: 0.75, isCausal: true, dropout: 0.1));
        yield return Of("logit_scale", [2, 4, 3], (g, x) => g.LogitScale("op", x));
        yield return Of("token", [4, 3], (g, x) =>
            g.Concat("joined", 1, g.Parameter("op", [1, 1, 3], Initialization.Normal(1), follows: x), x));
        yield return Of("token_without_batch", [4, 3], (g, x) =>
            g.Concat("joined", 1, g.Parameter("op", [2, 3], Initialization.Normal(1), follows: x, addsBatch: true), x));
        yield return Of("position", [4, 3], (g, x) => g.AddParameter("op", x, Initialization.Normal(1)));
        yield return Of("table_without_batch", [4, 3], (g, x) =>
            g.Add("sum", x, g.Parameter("op", [4, 3], Initialization.Normal(1), addsBatch: true)));
        yield return Of("token_of_words", [4], (g, x) =>
            g.Concat(
                "joined", 1, g.Parameter("token", [1, 1, 3], Initialization.Normal(1), follows: x),
                g.Embedding("op", x, 6, 3)));
        foreach (var merged in new[] { false, true })
        {
            yield return Of(
                $"swin_{merged}", [4, 6, 8],
                (g, x) => ShiftedWindows.Attention(g, "op", x, window: 2, shift: 1, heads: 2, merged));
            yield return Of($"swin2_{merged}", [4, 6, 8], (g, x) =>
                ShiftedWindows.Attention(g, "op", x, window: 2, shift: 1, heads: 2, merged, cosine: true));
        }

        yield return Of("continuous_bias", [2, 4, 3], (g, x) => g.ScaledDotProductAttention(
            "op", x, x, x, [g.ContinuousPositionBias("bias", "network", x, 2, 2)]));
    }

    private static Value Sampled(GraphBuilder g, Value x, GridSample op) => g.Add(
        "op", op, [x, g.Permute("places", g.SelectChannels("two", x, [3, 1]), 0, 2, 3, 1)], []);
}
