using System.Runtime.InteropServices;

namespace Ocs.OnnxRuntime.Interop;

/// <summary>
/// Finds libonnxruntime: where the variable says, where <c>./ocs</c> installs it, where the system has it.
/// </summary>
internal static class LibraryFinder
{
    public const string Variable = "OCS_ONNXRUNTIME";
    private const string FileName = "libonnxruntime.so.1";
    private static readonly string[] SystemNames = [FileName, "libonnxruntime.so"];

    /// <summary>
    /// The files that are looked for, in order; the one that the variable names is the only one when set.
    /// </summary>
    internal static IEnumerable<string> Candidates(string? variable, string baseDirectory)
    {
        if (!string.IsNullOrEmpty(variable))
        {
            yield return variable;
            yield break;
        }

        for (var folder = new DirectoryInfo(baseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "artifacts", "onnxruntime", FileName);
        }
    }

    /// <summary>The loaded library.</summary>
    internal static nint Load(string? variable, string baseDirectory)
    {
        var isNamed = !string.IsNullOrEmpty(variable);
        if (Candidates(variable, baseDirectory).FirstOrDefault(File.Exists) is { } path)
        {
            try
            {
                return NativeLibrary.Load(Path.GetFullPath(path));
            }
            catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
            {
                throw new OnnxRuntimeException(
                    $"{path} did not load as ONNX Runtime ({error.Message.ReplaceLineEndings(" ")}): "
                    + (isNamed
                        ? $"set {Variable} to another libonnxruntime.so."
                        : "remove it, and ./ocs installs it anew."),
                    error);
            }
        }

        foreach (var name in isNamed ? [] : SystemNames)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return library;
            }
        }

        throw new OnnxRuntimeException(isNamed
            ? $"{Variable} names {variable}, which is not there: set it to a libonnxruntime.so, or to nothing."
            : $"ONNX Runtime ({FileName}) is not installed: "
                + $"run ./ocs where npm is there, which installs it, or set {Variable} to its file.");
    }
}
