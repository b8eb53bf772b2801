namespace Ocs.Torch;

/// <summary>
/// The kernels of convolutions and of small products on a CPU (<see cref="TorchRuntime.OwnKernels"/>).
/// </summary>
public enum OwnKernels : byte
{
    /// <summary>libtorch's kernels only.</summary>
    None,

    /// <summary>Our kernels for AVX2 with FMA.</summary>
    Avx2,

    /// <summary>Our kernels for AVX-512.</summary>
    Avx512,
}
