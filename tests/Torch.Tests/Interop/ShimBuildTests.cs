using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

/// <summary>The shim of a program that came as a package.</summary>
public sealed class ShimBuildTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void A_libtorch_that_is_not_there_ends_in_a_sentence()
    {
        var exception = Assert.Throws<OcsInputException>(() => ShimBuild.Run(_cache.Path, "/nowhere"));
        Assert.Equal(
            "LIBTORCH=/nowhere holds no lib/libtorch_cpu.so and include/ATen: "
            + "set it to an unpacked libtorch, or unset it for the system's.",
            exception.Message);
    }

    [Fact]
    public void The_sources_are_those_of_the_repository()
    {
        Assert.Throws<OcsInputException>(() => ShimBuild.Run(_cache.Path, "/nowhere"));
        var written = Path.Combine(Assert.Single(Directory.GetDirectories(_cache.Path)), "sources");
        var files = Files(written);
        Assert.Equal(Files(Native), files);
        Assert.All(files, file => Assert.Equal(
            File.ReadAllBytes(Path.Combine(Native, file)), File.ReadAllBytes(Path.Combine(written, file))));
    }

    [Fact]
    public void A_shim_of_these_sources_and_this_libtorch_is_kept()
    {
        var libtorch = Environment.GetEnvironmentVariable("LIBTORCH");
        var folder = ShimBuild.FolderOf(_cache.Path, libtorch);
        Directory.CreateDirectory(folder);
        foreach (var file in new[] { "libocs_torch.so", "stamp" })
        {
            File.Copy(Path.Combine(Native, "../artifacts/native", file), Path.Combine(folder, file));
        }

        var shim = Path.Combine(folder, "libocs_torch.so");
        var before = File.GetLastWriteTimeUtc(shim);
        Assert.Equal(shim, ShimBuild.Run(_cache.Path, libtorch));
        Assert.Equal(before, File.GetLastWriteTimeUtc(shim));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_to_ends_in_a_sentence() =>
        Assert.Contains(
            "set XDG_CACHE_HOME to a writable folder.",
            Assert.Throws<OcsInputException>(() => ShimBuild.Run("/proc/ocs", null)).Message,
            StringComparison.Ordinal);

    private static string Native
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "native", "build.sh")))
            {
                folder = Path.GetDirectoryName(folder)!;
            }

            return Path.Combine(folder, "native");
        }
    }

    private static string[] Files(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file))
            .Order(StringComparer.Ordinal),
    ];
}
