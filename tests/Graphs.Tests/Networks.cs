namespace Ocs.Graphs.Tests;

/// <summary>The small networks that several tests of this assembly use.</summary>
internal static class Networks
{
    /// <summary>Convolution, norm, activation, a residual sum and a classifier of 3 classes on 2x4x4 images.</summary>
    public static Graph Residual()
    {
        var g = new GraphBuilder("tiny");
        var x = g.Input("input", 2, 4, 4);
        x = g.Relu("relu", g.BatchNorm2d("bn", g.Conv2d("conv", x, 4, 3, padding: 1)));
        x = g.Relu("out", g.Add("add", g.Conv2d("conv2", x, 4, 3, padding: 1, bias: true), x));
        x = g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1));
        return g.Build(g.Linear("fc", x, 3));
    }
}
