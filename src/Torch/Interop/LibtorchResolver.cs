using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>
/// Finds or builds the shim, and loads it at the first call of a native function. Then sets libtorch's threads.
/// </summary>
/// <remarks>
/// A package may hold a shim for one libtorch. It is used if the versions fit, which are parts of files' names: that of
/// the package, and that of the libtorch that the system's loader finds.
/// </remarks>
internal static unsafe class LibtorchResolver
{
    public const string Variable = "OCS_TORCH_SHIM";
    public const string FileName = "libocs_torch.so";

    // The runtime asks once for each native function; loading, and setting the threads, happens once.
    private static readonly Lazy<nint> Shim = new(Load);

    // A module initializer, since a static constructor of NativeMethods would add a check to each native call.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(LibtorchResolver).Assembly, Resolve);

    /// <summary>The paths to try, in order; if <see cref="Variable"/> is set, only its path.</summary>
    internal static IEnumerable<string> Candidates(string? variable, string baseDirectory)
    {
        if (!string.IsNullOrEmpty(variable))
        {
            yield return variable;
            yield break;
        }

        yield return Path.Combine(baseDirectory, FileName);
        for (var folder = new DirectoryInfo(baseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "artifacts", "native", FileName);
        }
    }

    /// <summary>The existing shim. Builds one if there is none and no variable names one.</summary>
    internal static string Find(string? variable, string baseDirectory, Func<string> build)
    {
        if (Candidates(variable, baseDirectory).FirstOrDefault(File.Exists) is { } path)
        {
            return path;
        }

        return string.IsNullOrEmpty(variable)
            ? build()
            : throw new OcsInputException(
                $"{Variable} names {variable}, which does not exist: "
                + "set it to the libocs_torch.so that native/build.sh makes, or to nothing.");
    }

    /// <summary>
    /// The places of a package's ready-made shim, the second one in a program that is published for one system. None if
    /// a variable names another shim or another libtorch.
    /// </summary>
    internal static IEnumerable<string> ReadyMade(string? variable, string? libtorch, string baseDirectory)
    {
        var file = $"libocs_torch.{ShimBuild.Version}.so";
        return string.IsNullOrEmpty(variable) && string.IsNullOrEmpty(libtorch)
            ? [Path.Combine(baseDirectory, "runtimes", "linux-x64", "native", file), Path.Combine(baseDirectory, file)]
            : [];
    }

    /// <summary>Loads the first ready-made shim that exists; null if there is none, or if it does not load.</summary>
    internal static nint? LoadReadyMade(IEnumerable<string> places) =>
        places.FirstOrDefault(File.Exists) is { } path && NativeLibrary.TryLoad(path, out var library) ? library : null;

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == NativeMethods.Library ? Shim.Value : 0;

    private static nint Load()
    {
        var (variable, folder) = (Environment.GetEnvironmentVariable(Variable), AppContext.BaseDirectory);
        var threads = OpenMp.Prepare();
        OpenBlas.Prepare();
        var library = LoadReadyMade(ReadyMade(variable, Environment.GetEnvironmentVariable("LIBTORCH"), folder))
            ?? LoadFrom(Find(variable, folder, ShimBuild.Run));

        if (threads is { } count)
        {
            SetThreads(library, count);
        }

        return library;
    }

    private static nint LoadFrom(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException exception)
        {
            throw new OcsInputException(
                $"{path} did not load ({exception.Message.ReplaceLineEndings(" ").Trim()}): build it again with "
                + "native/build.sh.",
                exception);
        }
    }

    // Debian's libtorch starts with one thread.
    private static void SetThreads(nint library, int count)
    {
        var setThreads = (delegate* unmanaged<int, nint>)NativeLibrary.GetExport(library, "ocs_threads_set");
        var error = setThreads(count);
        if (error != 0)
        {
            ((delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "ocs_error_free"))(error);
        }
    }
}
