using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// Splits images [N, H, W, C] into windows [N, windows, positions, C], both row by row, and joins them again.
/// </summary>
internal static class Windows
{
    /// <summary>Windows of adjacent positions.</summary>
    public static Value Part(GraphBuilder g, string name, Value x, Pair window) =>
        Part(g, name, x, window, 0, 1, 3, 2, 4, 5);

    /// <summary>Joins windows to an image.</summary>
    public static Value Join(GraphBuilder g, string name, Value x, Pair window, Pair image) =>
        Join(g, name, x, window, image, 0, 1, 3, 2, 4, 5);

    /// <summary>Windows of spread positions: each window is a grid that covers the image.</summary>
    public static Value PartGrid(GraphBuilder g, string name, Value x, Pair grid)
    {
        var shape = g.ShapeOf(x);
        return Part(g, name, x, new((int)shape[1] / grid.Height, (int)shape[2] / grid.Width), 0, 2, 4, 1, 3, 5);
    }

    /// <summary>Joins windows to an image.</summary>
    public static Value JoinGrid(GraphBuilder g, string name, Value x, Pair grid, Pair image) =>
        Join(g, name, x, grid, image, 0, 3, 1, 4, 2, 5);

    private static Value Part(GraphBuilder g, string name, Value x, Pair cell, params ReadOnlySpan<int> order)
    {
        var shape = g.ShapeOf(x);
        x = g.Reshape(
            $"{name}.cells", x, [1, shape[1] / cell.Height, cell.Height, shape[2] / cell.Width, cell.Width, shape[3]]);
        x = g.Permute($"{name}.windows", x, order);
        shape = g.ShapeOf(x);
        return g.Reshape($"{name}.parted", x, [1, shape[1] * shape[2], shape[3] * shape[4], shape[5]]);
    }

    private static Value Join(
        GraphBuilder g, string name, Value x, Pair window, Pair image, params ReadOnlySpan<int> order)
    {
        var (rows, columns, channels) = (image.Height / window.Height, image.Width / window.Width, g.ShapeOf(x)[3]);
        x = g.Reshape($"{name}.windows", x, [1, rows, columns, window.Height, window.Width, channels]);
        x = g.Permute($"{name}.cells", x, order);
        return g.Reshape($"{name}.joined", x, [1, image.Height, image.Width, channels]);
    }
}
