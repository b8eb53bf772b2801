using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>One owned reference to a libtorch tensor; releases it and does nothing else.</summary>
internal sealed class TensorHandle : SafeHandle
{
    private readonly long _tracked = TensorTracking.IsOn ? TensorTracking.Add() : 0;

    public TensorHandle(nint pointer)
        : base(pointer, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        if (TensorTracking.IsOn)
        {
            TensorTracking.Remove(_tracked);
        }

        return NativeError.IsNone(NativeMethods.TensorRelease(handle));
    }
}
