using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>The one reference to an <c>ocs_group</c>; frees it and does nothing else.</summary>
internal sealed class GroupHandle(nint pointer) : SafeHandle(pointer, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeError.IsNone(NativeMethods.GroupFree(handle));
}

/// <summary>The one reference to an <c>ocs_reducer</c>; frees it and does nothing else.</summary>
internal sealed class ReducerHandle(nint pointer) : SafeHandle(pointer, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeError.IsNone(NativeMethods.ReducerFree(handle));
}
