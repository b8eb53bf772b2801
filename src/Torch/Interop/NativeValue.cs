using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>The kind of a <see cref="NativeValue"/>: <c>ocs_kind</c>.</summary>
internal enum ValueKind
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    IntList = 5,
    DoubleList = 6,
    BoolList = 7,
    TensorList = 8,
    OptionalTensorList = 9,
    DType = 10,
    Device = 11,
    MemoryFormat = 12,
    Text = 13,
    Generator = 14,
}

/// <summary>An operator's argument for the shim: <c>ocs_value</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public ValueKind Kind;
    public int Count;
    public long Payload;
}

/// <summary><c>ocs_tensor_info</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTensorInfo
{
    public long ElementCount;
    public int Rank;
    public DType DType;
    public DeviceKind DeviceKind;
    public int DeviceIndex;
}
