using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>The names of element types in safetensors.</summary>
internal static class SafetensorsTypes
{
    private static readonly (DType DType, string Name)[] All =
    [
        (DType.Float64, "F64"), (DType.Float32, "F32"), (DType.Float16, "F16"), (DType.BFloat16, "BF16"),
        (DType.Int64, "I64"), (DType.Int32, "I32"), (DType.Int16, "I16"), (DType.Int8, "I8"), (DType.UInt8, "U8"),
        (DType.Bool, "BOOL"),
    ];

    public static string NameOf(DType dtype) => All.Single(entry => entry.DType == dtype).Name;

    /// <summary>The type of a name; null for unsupported types.</summary>
    public static DType? Find(string name) =>
        All.Where(entry => entry.Name == name).Select(entry => (DType?)entry.DType).FirstOrDefault();
}
