namespace Ocs.Graphs;

/// <summary>A value for each of three spatial dimensions: kernel, stride, padding or dilation.</summary>
/// <param name="Depth">For planes or frames, dimension 2 of [N, C, D, H, W].</param>
/// <param name="Height">For rows, dimension 3.</param>
/// <param name="Width">For columns, dimension 4.</param>
public readonly record struct Triple(int Depth, int Height, int Width)
{
    /// <summary>The same value for all three.</summary>
    public static implicit operator Triple(int all) => new(all, all, all);

    internal long[] Sizes => [Depth, Height, Width];

    /// <summary>One number where all are the same, else <c>3x1x1</c>.</summary>
    public override string ToString() =>
        Depth == Height && Height == Width ? $"{Depth}" : $"{Depth}x{Height}x{Width}";
}
