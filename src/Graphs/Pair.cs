namespace Ocs.Graphs;

/// <summary>A value for each of the two spatial dimensions: kernel, stride, padding or dilation.</summary>
public readonly record struct Pair(int Height, int Width)
{
    public static implicit operator Pair(int both) => new(both, both);

    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}x{Width}";
}
