using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary><c>ocs_recomputation</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeRecomputation
{
    public nint State;
    public delegate* unmanaged[Cdecl]<nint, nint*, int, nint*, int, byte*, int, byte> Run;
    public delegate* unmanaged[Cdecl]<nint, void> Release;
}
