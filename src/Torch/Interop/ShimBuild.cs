using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Ocs.Torch.Interop;

/// <summary>
/// Builds the shim from the sources in this assembly, for the libtorch that is there, and keeps it in the user's cache.
/// A program that was installed as a package has no other way to one.
/// </summary>
internal static class ShimBuild
{
    private const string Sources = "native/";

    // What build.sh says while it works, and not when it fails.
    private const string Progress = " ...";

    /// <summary>The folder that shims are kept in: <c>ocs/native</c> in the user's cache.</summary>
    public static string Cache => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "ocs",
        "native");

    /// <summary>
    /// The path of the shim for this version and this libtorch; built when there is none yet, or when that libtorch has
    /// changed.
    /// </summary>
    /// <exception cref="OcsInputException">Something is missing; the sentence says what to install.</exception>
    public static string Run() => Run(Cache, Environment.GetEnvironmentVariable("LIBTORCH"));

    internal static string Run(string cache, string? libtorch)
    {
        var folder = FolderOf(cache, libtorch);
        var sources = Path.Combine(folder, "sources");
        try
        {
            WriteSources(sources);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"The shim over libtorch cannot be built in {folder} ({error.Message}): "
                + "let XDG_CACHE_HOME name a folder that can be written to.", error);
        }

        var start = new ProcessStartInfo("sh", [Path.Combine(sources, "build.sh"), folder])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            Environment = { ["LIBTORCH"] = libtorch },
        };
        using var process = Process.Start(start)!;
        List<string> said = [];
        while (process.StandardError.ReadLine() is { } line)
        {
            said.Add(line);
            if (line.EndsWith(Progress, StringComparison.Ordinal))
            {
                TorchRuntime.BuildProgress?.Invoke(line);
            }
        }

        process.WaitForExit();
        return process.ExitCode == 0
            ? Path.Combine(folder, LibtorchResolver.FileName)
            : throw new OcsInputException(
                said.LastOrDefault(line => !line.EndsWith(Progress, StringComparison.Ordinal))
                ?? $"The shim over libtorch could not be built in {folder}.");
    }

    /// <summary>Where a shim is kept: two versions, and two libtorches, have one each.</summary>
    internal static string FolderOf(string cache, string? libtorch)
    {
        var version = typeof(ShimBuild).Assembly.GetName().Version!.ToString(fieldCount: 3);
        var name = string.IsNullOrEmpty(libtorch)
            ? version
            : $"{version}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(libtorch)))[..12]}";
        return Path.Combine(cache, name);
    }

    // Files that are as they should be are left alone: build.sh would see new ones as changed.
    private static void WriteSources(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var names = assembly.GetManifestResourceNames();
        foreach (var name in names.Where(name => name.StartsWith(Sources, StringComparison.Ordinal)))
        {
            using var resource = assembly.GetManifestResourceStream(name)!;
            using var memory = new MemoryStream();
            resource.CopyTo(memory);
            var path = Path.Combine(folder, name[Sources.Length..]);
            if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(memory.ToArray()))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                AtomicFile.Replace(path, stream => stream.Write(memory.ToArray()));
            }
        }
    }
}
