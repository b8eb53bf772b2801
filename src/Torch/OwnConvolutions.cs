namespace Ocs.Torch;

/// <summary>The kernels of convolutions on a CPU (<see cref="TorchRuntime.OwnConvolutions"/>).</summary>
public enum OwnConvolutions : byte
{
    /// <summary>libtorch's kernels only.</summary>
    None,

    /// <summary>Our kernels for AVX2 with FMA.</summary>
    Avx2,

    /// <summary>Our kernels for AVX-512.</summary>
    Avx512,
}
