using Ocs.Torch;
using Xunit;

namespace Ocs.Testing;

/// <summary>A fact that needs a CUDA device and a libtorch for it; it is skipped without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute() =>
        Skip = TorchRuntime.HasCuda ? null : $"libtorch {TorchRuntime.Version} sees no CUDA device here";
}

/// <summary>A theory that needs a CUDA device and a libtorch for it; it is skipped without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaTheoryAttribute : TheoryAttribute
{
    public CudaTheoryAttribute() =>
        Skip = TorchRuntime.HasCuda ? null : $"libtorch {TorchRuntime.Version} sees no CUDA device here";
}
