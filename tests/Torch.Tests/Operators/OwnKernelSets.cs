namespace Ocs.Torch.Tests.Operators;

/// <summary>The sets of our kernels that this processor has.</summary>
internal static class OwnKernelSets
{
    /// <summary>The best first.</summary>
    public static List<OwnKernels> All() =>
    [
        .. new[] { OwnKernels.Avx512, OwnKernels.Avx2 }.Where(kernels => kernels <= TorchRuntime.OwnKernels),
    ];
}

/// <summary>Skipped where the processor has none.</summary>
internal sealed class OwnKernelsTheoryAttribute : TheoryAttribute
{
    public OwnKernelsTheoryAttribute() => Skip =
        TorchRuntime.OwnKernels == OwnKernels.None ? "This processor has no AVX2." : null;
}
