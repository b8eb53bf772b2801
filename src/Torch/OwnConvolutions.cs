namespace Ocs.Torch;

/// <summary>The kernels that convolutions on a CPU use (<see cref="TorchRuntime.OwnConvolutions"/>).</summary>
public enum OwnConvolutions : byte
{
    /// <summary>None of our own: all are libtorch's.</summary>
    None,

    /// <summary>Ours for AVX2 with FMA.</summary>
    Avx2,

    /// <summary>Ours for AVX-512.</summary>
    Avx512,
}
