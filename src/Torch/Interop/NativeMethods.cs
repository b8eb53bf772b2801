using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>Errors and tensors of <c>native/ocs_torch.h</c>; each function returns an error or null.</summary>
internal static unsafe partial class NativeMethods
{
    public const string Library = "ocs_torch";

    [LibraryImport(Library, EntryPoint = "ocs_error_message")]
    public static partial nint ErrorMessage(nint error);

    [LibraryImport(Library, EntryPoint = "ocs_error_stack")]
    public static partial nint ErrorStack(nint error);

    [LibraryImport(Library, EntryPoint = "ocs_error_free")]
    public static partial void ErrorFree(nint error);

    [LibraryImport(Library, EntryPoint = "ocs_tensor_release")]
    public static partial nint TensorRelease(nint tensor);

    [LibraryImport(Library, EntryPoint = "ocs_tensor_alias")]
    public static partial nint TensorAlias(TensorHandle tensor, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_tensor_describe")]
    public static partial nint TensorDescribe(
        TensorHandle tensor, out NativeTensorInfo info, long* sizes, int capacity);

    [LibraryImport(Library, EntryPoint = "ocs_tensor_is_contiguous")]
    public static partial nint TensorIsContiguous(TensorHandle tensor, MemoryFormat format, out byte result);

    [LibraryImport(Library, EntryPoint = "ocs_tensor_data")]
    public static partial nint TensorData(TensorHandle tensor, out void* result);

    [LibraryImport(Library, EntryPoint = "ocs_tensor_item")]
    public static partial nint TensorItem(TensorHandle tensor, out NativeValue result);
}
