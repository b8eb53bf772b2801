using Ocs.Core.Pickles;

namespace Ocs.Data;

/// <summary>A pickled NumPy array.</summary>
/// <param name="Shape">The dimensions.</param>
/// <param name="Type">NumPy's type code, e.g. <c>u1</c>.</param>
/// <param name="ColumnMajor">Whether the first index runs fastest.</param>
/// <param name="Elements">The bytes of all elements.</param>
internal sealed record NumpyArray(long[] Shape, string Type, bool ColumnMajor, ReadOnlyMemory<byte> Elements)
{
    /// <summary>The array that a value of <see cref="NumpyPickle"/> is; null if it is anything else.</summary>
    public static NumpyArray? Of(object? value) => value is PickleObject
    {
        State: object?[] and [long, object?[] shape, NumpyType type, bool columnMajor, ReadOnlyMemory<byte> elements]
    } && shape.All(size => size is long)
        ? new([.. shape.Cast<long>()], type.Code, columnMajor, elements)
        : null;

    /// <summary>Copies a byte matrix out row by row; false if the array is anything else.</summary>
    public bool TryCopyTo(Span<byte> destination, int rows, int columns)
    {
        if (Type != "u1" || Shape is not [var height, var width] || height != rows || width != columns
            || Elements.Length != destination.Length)
        {
            return false;
        }

        var source = Elements.Span;
        if (!ColumnMajor)
        {
            source.CopyTo(destination);
            return true;
        }

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                destination[(row * columns) + column] = source[(column * rows) + row];
            }
        }

        return true;
    }

    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}] of {Elements.Length} bytes";
}
