using System.Diagnostics;
using Ocs.OnnxRuntime;
using Xunit;

namespace Ocs.Testing;

/// <summary>
/// A fact that needs python3 with onnx and torch (Debian: python3-onnx, python3-torch), some also ONNX Runtime; it is skipped without.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute(bool needsOnnxRuntime = false)
    {
        NeedsOnnxRuntime = needsOnnxRuntime;
        Skip = Python.IsThere
            ? needsOnnxRuntime ? InferenceSession.Missing : null
            : "needs /usr/bin/python3 with onnx and torch: apt-get install python3-onnx python3-torch";
    }

    public bool NeedsOnnxRuntime { get; }
}

/// <summary>Runs a script and gives what it says.</summary>
public static class Python
{
    private const string Interpreter = "/usr/bin/python3";
    private const string Probe = "import sys; from importlib.util import find_spec; sys.exit(not (find_spec('onnx') and find_spec('torch')))";

    public static bool IsThere { get; } = File.Exists(Interpreter) && Run("-c", Probe).ExitCode == 0;

    public static (int ExitCode, string Said) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Interpreter, arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
