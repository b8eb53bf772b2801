using Ocs.Core.Pickles;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>The element types of PyTorch's storages, whose classes are called <c>FloatStorage</c> and so on.</summary>
internal static class TorchTypes
{
    private static readonly (DType DType, string StorageName)[] Names =
    [
        (DType.Float64, "DoubleStorage"),
        (DType.Float32, "FloatStorage"),
        (DType.Float16, "HalfStorage"),
        (DType.BFloat16, "BFloat16Storage"),
        (DType.Int64, "LongStorage"),
        (DType.Int32, "IntStorage"),
        (DType.Int16, "ShortStorage"),
        (DType.Int8, "CharStorage"),
        (DType.UInt8, "ByteStorage"),
        (DType.Bool, "BoolStorage"),
    ];

    /// <summary>Whether a type is supported.</summary>
    public static bool IsKnown(DType dtype) => Array.Exists(Names, pair => pair.DType == dtype);

    public static string NameOf(DType dtype) => Names.First(pair => pair.DType == dtype).StorageName;

    /// <summary>The type of a storage's elements. The error for an unsupported type names it.</summary>
    public static DType Of(TorchStorage storage)
    {
        foreach (var (dtype, name) in Names)
        {
            if (storage.TypeName == name)
            {
                return dtype;
            }
        }

        throw new InvalidDataException(
            $"it holds numbers as {PickleText.Show(storage.TypeName)}, an unsupported type");
    }
}
