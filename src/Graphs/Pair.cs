namespace Ocs.Graphs;

/// <summary>A value for each of the two spatial dimensions: kernel, stride, padding or dilation.</summary>
/// <param name="Height">For rows, dimension 2 of [N, C, H, W].</param>
/// <param name="Width">For columns, dimension 3.</param>
public readonly record struct Pair(int Height, int Width)
{
    /// <summary>The same value for both.</summary>
    public static implicit operator Pair(int both) => new(both, both);

    internal long[] Sizes => [Height, Width];

    /// <summary>One number where both are the same, else <c>3x5</c>.</summary>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}x{Width}";
}
