using System.Runtime.Intrinsics.X86;
using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

/// <summary>Which kernels OpenBLAS takes on processors that it does not know.</summary>
public class OpenBlasTests
{
    [Theory]
    [InlineData("Prescott", true, true, "SkylakeX")] // OpenBLAS 0.3.21 on an Intel processor of 2023
    [InlineData("Barcelona", true, true, "SkylakeX")]
    [InlineData("prescott", false, true, "Haswell")]
    [InlineData("Sandybridge", false, false, null)] // right for a processor of its age
    [InlineData("Zen", true, true, null)]
    [InlineData("SapphireRapids", true, true, null)]
    [InlineData("a name of later years", true, true, null)]
    public void Kernels_older_than_the_processor_are_replaced(string choice, bool avx512, bool avx2, string? better)
        => Assert.Equal(better, OpenBlas.Better(choice, avx512, avx2));

    [Fact]
    public void The_kernels_in_use_have_AVX2_where_the_processor_has_it()
    {
        _ = TorchRuntime.Threads; // loads libtorch
        // Another library may compute the products.
        if (OpenBlas.OwnChoice() is { } inUse)
        {
            Assert.Null(OpenBlas.Better(inUse, avx512: false, Avx2.IsSupported && Fma.IsSupported));
        }
    }
}
