using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>Images [N, H, W, C] as windows [N, windows, positions, C] and back.</summary>
internal static class Windows
{
    /// <summary>Windows of positions that lie side by side, row by row; the window divides the image.</summary>
    public static Value Part(GraphBuilder g, string name, Value x, Pair window)
    {
        var (rows, columns, channels) = Count(g, x, window);
        x = g.Reshape($"{name}.grid", x, [1, rows, window.Height, columns, window.Width, channels]);
        x = g.Permute($"{name}.windows", x, 0, 1, 3, 2, 4, 5);
        return g.Reshape($"{name}.parted", x, [1, rows * columns, window.Height * window.Width, channels]);
    }

    /// <summary>The opposite, for an image of a size.</summary>
    public static Value Join(GraphBuilder g, string name, Value x, Pair window, Pair image)
    {
        var channels = g.ShapeOf(x)[3];
        x = g.Reshape($"{name}.windows", x, [1, image.Height / window.Height, image.Width / window.Width, window.Height, window.Width, channels]);
        x = g.Permute($"{name}.grid", x, 0, 1, 3, 2, 4, 5);
        return g.Reshape($"{name}.joined", x, [1, image.Height, image.Width, channels]);
    }

    private static (long Rows, long Columns, long Channels) Count(GraphBuilder g, Value x, Pair window)
    {
        var shape = g.ShapeOf(x);
        return (shape[1] / window.Height, shape[2] / window.Width, shape[3]);
    }
}
