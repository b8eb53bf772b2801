using System.Runtime.Intrinsics.X86;
using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

/// <summary>Which build of OpenBLAS is used, and which kernels on processors that it does not know.</summary>
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

    // A mixture with files of another build hangs when the number of threads changes.
    [Fact]
    public void All_files_are_of_the_build_with_OpenMP_where_it_is_installed()
    {
        if (OpenBlas.FindOpenMpBuild("/usr/lib") is null)
        {
            return;
        }

        _ = TorchRuntime.Threads;
        var loaded = File.ReadAllLines("/proc/self/maps")
            .Select(line => line.Split(' ')[^1])
            .Where(path => Path.GetFileName(path) is { } file
                && (file.StartsWith("libopenblas", StringComparison.Ordinal)
                    || file is "libblas.so.3" or "liblapack.so.3"))
            .ToHashSet();
        Assert.All(loaded, path => Assert.Contains("/openblas-openmp/", path, StringComparison.Ordinal));
        Assert.Equal(3, loaded.Count);
    }

    [Theory]
    [InlineData("openblas-pthread/libblas.so.3", true)]
    [InlineData("openblas-openmp/libblas.so.3", true)]
    [InlineData("libmkl_rt.so", false)] // faster than either
    public void The_build_with_OpenMP_takes_the_place_of_another_build(string choice, bool expected)
    {
        using var folder = new TemporaryFolder();
        foreach (var system in (string[])["x86_64-linux-gnu", "aarch64-linux-gnu"])
        {
            string[] files =
            [
                choice, "openblas-openmp/libblas.so.3", "openblas-openmp/liblapack.so.3",
                "openblas-openmp/libopenblas.so.0",
            ];
            foreach (var file in files)
            {
                folder.Write(Path.Combine(system, file), "");
            }

            File.CreateSymbolicLink(Path.Combine(folder.Path, system, "libblas.so.3"), choice);
        }

        Assert.Equal(expected, OpenBlas.FindOpenMpBuild(folder.Path) is not null);
        foreach (var build in Directory.GetDirectories(folder.Path))
        {
            File.Delete(Path.Combine(build, "openblas-openmp", "liblapack.so.3"));
        }

        Assert.Null(OpenBlas.FindOpenMpBuild(folder.Path));
    }
}
