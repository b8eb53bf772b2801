using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>A stream of a CUDA device with its capture; frees both and does nothing else.</summary>
internal sealed class CudaGraphHandle : SafeHandle
{
    public CudaGraphHandle(nint pointer)
        : base(pointer, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        var error = NativeMethods.CudaGraphFree(handle);
        if (error == 0)
        {
            return true;
        }

        NativeMethods.ErrorFree(error);
        return false;
    }
}
