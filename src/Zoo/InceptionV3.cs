using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// Inception v3 without the auxiliary head. Szegedy et al. 2016, arXiv 1512.00567, section 6 and Tab. 1. Names are
/// those of the authors' program and torchvision.
/// </summary>
/// <remarks>torchvision's published weights need images scaled to -1..1.</remarks>
internal static class InceptionV3
{
    private const double Epsilon = 1e-3;

    internal static ImmutableArray<Model> Models { get; } =
        [Model.ImageNet("inception_v3", "Inception v3 (Szegedy et al. 2016)", Build, size: 299)];

    private static Initialization Start { get; } = Initialization.Normal(0.1);

    private static Graph Build(NetworkInput input, int classes)
    {
        var g = new GraphBuilder("inception_v3");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = Conv(g, x, "Conv2d_1a_3x3", 32, 3, stride: 2, padding: 0);
        x = Conv(g, x, "Conv2d_2a_3x3", 32, 3, padding: 0);
        x = Conv(g, x, "Conv2d_2b_3x3", 64, 3);
        x = g.MaxPool2d("maxpool1", x, 3, stride: 2);
        x = Conv(g, x, "Conv2d_3b_1x1", 80, 1);
        x = Conv(g, x, "Conv2d_4a_3x3", 192, 3, padding: 0);
        x = g.MaxPool2d("maxpool2", x, 3, stride: 2);
        x = Module35(g, x, "Mixed_5b", pooled: 32);
        x = Module35(g, x, "Mixed_5c", pooled: 64);
        x = Module35(g, x, "Mixed_5d", pooled: 64);
        x = ReductionTo17(g, x, "Mixed_6a");
        x = Module17(g, x, "Mixed_6b", inner: 128);
        x = Module17(g, x, "Mixed_6c", inner: 160);
        x = Module17(g, x, "Mixed_6d", inner: 160);
        x = Module17(g, x, "Mixed_6e", inner: 192);
        x = ReductionTo8(g, x, "Mixed_7a");
        x = Module8(g, x, "Mixed_7b");
        x = Module8(g, x, "Mixed_7c");
        x = g.AdaptiveAveragePool2d("avgpool", x, 1);
        x = g.Dropout("dropout", x, 0.5);
        x = g.Flatten("flatten", x);
        return g.Build(g.Linear("fc", x, classes, Start));
    }

    // Fig. 5, with the 5x5 of one branch kept.
    private static Value Module35(GraphBuilder g, Value x, string name, int pooled)
    {
        var pointwise = Conv(g, x, $"{name}.branch1x1", 64, 1);
        var large = Conv(g, x, $"{name}.branch5x5_1", 48, 1);
        large = Conv(g, large, $"{name}.branch5x5_2", 64, 5);
        var twice = Conv(g, x, $"{name}.branch3x3dbl_1", 64, 1);
        twice = Conv(g, twice, $"{name}.branch3x3dbl_2", 96, 3);
        twice = Conv(g, twice, $"{name}.branch3x3dbl_3", 96, 3);
        return g.Concat($"{name}.concat", 1, pointwise, large, twice, Pooled(g, x, name, pooled));
    }

    // Fig. 10.
    private static Value ReductionTo17(GraphBuilder g, Value x, string name)
    {
        var once = Conv(g, x, $"{name}.branch3x3", 384, 3, stride: 2, padding: 0);
        var twice = Conv(g, x, $"{name}.branch3x3dbl_1", 64, 1);
        twice = Conv(g, twice, $"{name}.branch3x3dbl_2", 96, 3);
        twice = Conv(g, twice, $"{name}.branch3x3dbl_3", 96, 3, stride: 2, padding: 0);
        return g.Concat($"{name}.concat", 1, once, twice, g.MaxPool2d($"{name}.pool", x, 3, stride: 2));
    }

    // Fig. 6: 7x7 as 1x7 and 7x1.
    private static Value Module17(GraphBuilder g, Value x, string name, int inner)
    {
        var row = new Pair(1, 7);
        var column = new Pair(7, 1);
        var pointwise = Conv(g, x, $"{name}.branch1x1", 192, 1);
        var once = Conv(g, x, $"{name}.branch7x7_1", inner, 1);
        once = Conv(g, once, $"{name}.branch7x7_2", inner, row);
        once = Conv(g, once, $"{name}.branch7x7_3", 192, column);
        var twice = Conv(g, x, $"{name}.branch7x7dbl_1", inner, 1);
        twice = Conv(g, twice, $"{name}.branch7x7dbl_2", inner, column);
        twice = Conv(g, twice, $"{name}.branch7x7dbl_3", inner, row);
        twice = Conv(g, twice, $"{name}.branch7x7dbl_4", inner, column);
        twice = Conv(g, twice, $"{name}.branch7x7dbl_5", 192, row);
        return g.Concat($"{name}.concat", 1, pointwise, once, twice, Pooled(g, x, name, 192));
    }

    private static Value ReductionTo8(GraphBuilder g, Value x, string name)
    {
        var small = Conv(g, x, $"{name}.branch3x3_1", 192, 1);
        small = Conv(g, small, $"{name}.branch3x3_2", 320, 3, stride: 2, padding: 0);
        var large = Conv(g, x, $"{name}.branch7x7x3_1", 192, 1);
        large = Conv(g, large, $"{name}.branch7x7x3_2", 192, new(1, 7));
        large = Conv(g, large, $"{name}.branch7x7x3_3", 192, new(7, 1));
        large = Conv(g, large, $"{name}.branch7x7x3_4", 192, 3, stride: 2, padding: 0);
        return g.Concat($"{name}.concat", 1, small, large, g.MaxPool2d($"{name}.pool", x, 3, stride: 2));
    }

    // Fig. 7: 1x3 and 3x1 in parallel.
    private static Value Module8(GraphBuilder g, Value x, string name)
    {
        var pointwise = Conv(g, x, $"{name}.branch1x1", 320, 1);
        var once = Conv(g, x, $"{name}.branch3x3_1", 384, 1);
        once = RowAndColumn(g, once, $"{name}.branch3x3_2");
        var twice = Conv(g, x, $"{name}.branch3x3dbl_1", 448, 1);
        twice = Conv(g, twice, $"{name}.branch3x3dbl_2", 384, 3);
        twice = RowAndColumn(g, twice, $"{name}.branch3x3dbl_3");
        return g.Concat($"{name}.concat", 1, pointwise, once, twice, Pooled(g, x, name, 192));
    }

    private static Value RowAndColumn(GraphBuilder g, Value x, string name) => g.Concat(
        $"{name}.concat", 1, Conv(g, x, $"{name}a", 384, new(1, 3)), Conv(g, x, $"{name}b", 384, new(3, 1)));

    private static Value Pooled(GraphBuilder g, Value x, string name, int channels) =>
        Conv(g, g.AveragePool2d($"{name}.pool", x, 3, stride: 1, padding: 1), $"{name}.branch_pool", channels, 1);

    // Padding keeps the image's size unless given.
    private static Value Conv(
        GraphBuilder g, Value x, string name, int channels, Pair kernel, int stride = 1, int? padding = null)
    {
        var same = new Pair(kernel.Height / 2, kernel.Width / 2);
        x = g.Conv2d($"{name}.conv", x, channels, kernel, stride, padding ?? same, initialization: Start);
        return g.Relu($"{name}.relu", g.BatchNorm2d($"{name}.bn", x, Epsilon));
    }
}
