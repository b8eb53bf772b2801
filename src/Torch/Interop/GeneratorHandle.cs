using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>The one reference to an <c>ocs_generator</c>; frees it and does nothing else.</summary>
internal sealed class GeneratorHandle(nint pointer) : SafeHandle(pointer, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeError.IsNone(NativeMethods.GeneratorFree(handle));
}
