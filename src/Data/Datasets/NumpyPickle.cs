using System.Text;
using Ocs.Core.Pickles;

namespace Ocs.Data;

/// <summary>
/// What the few functions make by which NumPy pickles an array. Every other name is refused: a data file needs none.
/// </summary>
internal static class NumpyPickle
{
    /// <summary>
    /// The value of a pickle of plain values and arrays, which are as <see cref="NumpyArray.Of"/> reads them.
    /// </summary>
    /// <exception cref="InvalidDataException">It is damaged, or it calls another function.</exception>
    public static object? Read(ReadOnlyMemory<byte> content) =>
        new Unpickler(new(content), Call, strings: PickleStrings.Bytes).Read();

    private static object Call(PickleGlobal global, object?[] arguments) =>
        (global.Module, global.Name, arguments) switch
        {
            (
                "numpy.core.multiarray" or "numpy._core.multiarray",
                "_reconstruct",
                [PickleGlobal { Module: "numpy", Name: "ndarray" } array, ..]) => new PickleObject(array),
            ("numpy", "dtype", [{ } type, ..]) when PickleText.Of(type) is { } code => new NumpyType(code),
            ("_codecs", "encode", [string text, { } encoding]) when PickleText.Of(encoding) == "latin1" => Latin1(text),
            ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct", _)
                or ("numpy", "dtype" or "ndarray", _)
                or ("_codecs", "encode", _) =>
                throw new InvalidDataException("it calls something that is not part of a NumPy array"),
            _ => throw new InvalidDataException($"it names `{global}`, which has no place in a data file"),
        };

    // Python 3 spells bytes so in the protocols that have no operation for them.
    private static ReadOnlyMemory<byte> Latin1(string text) => !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff')
        ? Encoding.Latin1.GetBytes(text)
        : throw new InvalidDataException("its bytes are not spelled in Latin-1");
}
