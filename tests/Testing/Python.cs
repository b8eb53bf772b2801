using System.Collections.Concurrent;
using System.Diagnostics;
using Ocs.OnnxRuntime;
using Xunit;

namespace Ocs.Testing;

/// <summary>
/// A fact that needs python3 with onnx and torch or torchvision (Debian: python3-onnx, python3-torch), some also ONNX
/// Runtime; it is skipped without.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute(string module = "torch", bool needsOnnxRuntime = false)
    {
        (Module, NeedsOnnxRuntime) = (module, needsOnnxRuntime);
        Skip = Python.Has(module)
            ? needsOnnxRuntime ? InferenceSession.Missing : null
            : $"needs /usr/bin/python3 with onnx and {module}: apt-get install python3-onnx python3-{module}";
    }

    public string Module { get; }

    public bool NeedsOnnxRuntime { get; }
}

/// <summary>Runs a script and gives what it says.</summary>
public static class Python
{
    private const string Interpreter = "/usr/bin/python3";

    // Debian's libonnx-testdata has a folder of that name, which Python takes for a package, too.
    private const string Probe = "import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, "
        + "['onnx.checker', sys.argv[1]])))";

    // Attributes are made anew each time that tests are listed, and a process each time costs more than many a test.
    private static readonly ConcurrentDictionary<string, bool> Known = new(StringComparer.Ordinal);

    /// <summary>Whether there are python3, onnx and a module.</summary>
    public static bool Has(string module) => Known.GetOrAdd(
        module, name => File.Exists(Interpreter) && Run("-c", Probe, name).ExitCode == 0);

    public static (int ExitCode, string Said) Run(params string[] arguments)
    {
        var start =
            new ProcessStartInfo(Interpreter, arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
