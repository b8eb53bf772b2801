using System.Text;
using Ocs.Core.Pickles;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// Named tensors as written by TorchSharp's <c>Module.save</c> (.dat): their number, then name, type, shape and
/// elements of each. Integers are in LEB128.
/// </summary>
/// <remarks>https://github.com/dotnet/TorchSharp/blob/main/docfx/articles/saveload.md</remarks>
internal sealed class TorchSharpFile(FileStream file)
{
    private const int MostTensors = 100_000;
    private const int LongestName = 500;
    private const int HighestRank = 16;

    /// <summary>Whether a file looks like one of these, which have no magic number.</summary>
    public static bool IsLikely(FileStream file)
    {
        try
        {
            file.Position = 0;
            return new TorchSharpFile(file).Header() is { Count: > 0, Name: var name }
                && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>
    /// Reads the tensors. Every size is checked against the rest of the file before memory is allocated.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public Dictionary<string, Tensor> Read()
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            file.Position = 0;
            for (var left = Number(MostTensors, "tensors"); left > 0; left--)
            {
                var name = Name();
                var tensor = Tensor();
                if (!tensors.TryAdd(name, tensor))
                {
                    tensor.Dispose();
                    throw new InvalidDataException($"it holds '{PickleText.Show(name)}' twice");
                }
            }

            return file.Position == file.Length
                ? tensors
                : throw new InvalidDataException($"it has {file.Length - file.Position} bytes after its last tensor");
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    private (long Count, string Name) Header()
    {
        var header = (Number(MostTensors, "tensors"), Name());
        Type();
        Shape();
        return header;
    }

    private string Name()
    {
        var bytes = new byte[Number(LongestName, "characters of a name")];
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            ? Encoding.UTF8.GetString(bytes)
            : throw TooShort();
    }

    private Tensor Tensor()
    {
        var (dtype, shape) = (Type(), Shape());
        if (TensorBytes.LengthOf(dtype, shape) is not { } length || length > file.Length - file.Position)
        {
            throw new InvalidDataException("a tensor in it has more elements than the file holds");
        }

        var tensor = TensorBytes.Read(file, dtype, shape);
        if (TensorBytes.IsWellFormed(tensor))
        {
            return tensor;
        }

        tensor.Dispose();
        throw new InvalidDataException("a tensor of bools in it has bytes that are neither 0 nor 1");
    }

    // TorchSharp numbers types as libtorch does.
    private DType Type()
    {
        var dtype = (DType)Number(byte.MaxValue, "as the type of a tensor");
        return TorchTypes.IsKnown(dtype)
            ? dtype
            : throw new InvalidDataException($"a tensor in it has type {(int)dtype}, which is not known");
    }

    private long[] Shape()
    {
        var shape = new long[Number(HighestRank, "dimensions")];
        for (var dimension = 0; dimension < shape.Length; dimension++)
        {
            shape[dimension] = Number(int.MaxValue, "elements");
        }

        return shape;
    }

    private long Number(long highest, string what)
    {
        var number = 0L;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var read = file.ReadByte();
            if (read < 0)
            {
                throw TooShort();
            }

            number |= (long)(read & 0x7F) << shift;
            if (read < 0x80)
            {
                return number <= highest ? number : throw new InvalidDataException($"it states {number} {what}");
            }
        }

        throw new InvalidDataException("a number in it is too long");
    }

    private static InvalidDataException TooShort() => new("it ends in the middle of a value");
}
