namespace Ocs.Graphs.Operators;

/// <summary>The arithmetic of sliding windows, shared by convolutions and pooling.</summary>
internal static class Window
{
    /// <summary>The number of positions of a window along one dimension.</summary>
    public static long Size(long input, long kernel, int stride, int padding, int dilation = 1) =>
        (input + 2L * padding - dilation * (kernel - 1) - 1) / stride + 1;

    /// <summary>Checks that a window moves on: files from elsewhere may say anything.</summary>
    public static void RequireStride(NodeShapes shapes, Pair stride)
    {
        if (stride.Height < 1 || stride.Width < 1)
        {
            throw shapes.Error($"stride {stride} must be at least 1");
        }
    }

    /// <summary>The shape rule of pooling: channels stay, positions shrink.</summary>
    public static System.Collections.Immutable.ImmutableArray<long> PoolShape(NodeShapes shapes, Pair kernel, Pair stride, Pair padding)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        RequireStride(shapes, stride);
        var input = shapes.Inputs[0];
        var height = Size(input[2], kernel.Height, stride.Height, padding.Height);
        var width = Size(input[3], kernel.Width, stride.Width, padding.Width);
        return height < 1 || width < 1
            ? throw shapes.Error($"window {kernel} is larger than input {NodeShapes.Show(input)}")
            : [input[0], input[1], height, width];
    }
}
