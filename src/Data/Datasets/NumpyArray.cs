namespace Ocs.Data;

/// <summary>The state of a pickled NumPy array, as far as CIFAR's files use it.</summary>
internal sealed class NumpyArray
{
    /// <summary>The dimensions.</summary>
    public long[] Shape { get; set; } = [];

    /// <summary>NumPy's type code, e.g. <c>u1</c>.</summary>
    public string Type { get; set; } = "";

    /// <summary>Whether the first index runs fastest.</summary>
    public bool ColumnMajor { get; set; }

    public ReadOnlyMemory<byte> Elements { get; set; }

    /// <summary>Copies a byte matrix out row by row; false if the array is anything else.</summary>
    public bool TryCopyTo(Span<byte> destination, int rows, int columns)
    {
        if (Type != "u1" || Shape is not [var height, var width] || height != rows || width != columns
            || Elements.Length != destination.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> source = Elements.Span;
        if (!ColumnMajor)
        {
            source.CopyTo(destination);
            return true;
        }

        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                destination[(row * columns) + column] = source[(column * rows) + row];
            }
        }

        return true;
    }

    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}] of {Elements.Length} bytes";
}
