using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Ocs.Torch.Interop;

/// <summary>
/// Builds the shim from the sources in this assembly, for the installed libtorch, into the user's cache. Programs
/// installed as packages get their shim this way.
/// </summary>
internal static class ShimBuild
{
    private const string Sources = "native/";

    // The end of build.sh's progress lines, unlike its error lines.
    private const string Progress = " ...";

    /// <summary>The version of this assembly, of which a shim has to be.</summary>
    public static string Version { get; } = typeof(ShimBuild).Assembly.GetName().Version!.ToString(fieldCount: 3);

    /// <summary>The folder of built shims: <c>ocs/native</c> in the user's cache.</summary>
    public static string Cache => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "ocs",
        "native");

    /// <summary>
    /// The path of the shim for this version and this libtorch. Builds it if it is missing, or if libtorch has changed.
    /// </summary>
    /// <exception cref="OcsInputException">Something is missing; the message says what to install.</exception>
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
                + "set XDG_CACHE_HOME to a writable folder.", error);
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

    /// <summary>The folder of a shim: one for each version and each libtorch.</summary>
    internal static string FolderOf(string cache, string? libtorch)
    {
        var name = string.IsNullOrEmpty(libtorch)
            ? Version
            : $"{Version}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(libtorch)))[..12]}";
        return Path.Combine(cache, name);
    }

    // Files with the right content are not rewritten: build.sh would see them as changed.
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
