using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace Ocs.Testing;

/// <summary>A fact that needs python3 with onnx and torch or torchvision; it is skipped without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute(string module = "torch")
    {
        Module = module;
        Skip = Python.Missing("onnx", module);
    }

    public string Module { get; }
}

/// <summary>A fact that needs python3 with protobuf; it is skipped without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProtobufFactAttribute : FactAttribute
{
    public ProtobufFactAttribute() => Skip = Python.Missing("google.protobuf");
}

/// <summary>Runs a script and gives what it says.</summary>
public static class Python
{
    private const string Interpreter = "/usr/bin/python3";

    private const string Probe =
        "import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, sys.argv[1:])))";

    // Attributes are made anew each time that tests are listed, and a process each time costs more than many a test.
    private static readonly ConcurrentDictionary<string, bool> Known = new(StringComparer.Ordinal);

    /// <summary>Says which of these modules, or python3, has to be installed; null where all are there.</summary>
    public static string? Missing(params string[] modules)
    {
        // Debian's libonnx-testdata has a folder named onnx, which Python takes for a package, too.
        var names = modules.Select(module => module == "onnx" ? "onnx.checker" : module);
        var packages = modules.Select(module => $"python3-{module.Split('.')[^1]}");
        return Known.GetOrAdd(string.Join(' ', names), Has)
            ? null
            : $"needs {Interpreter} with {string.Join(" and ", modules)}: "
                + $"apt-get install {string.Join(' ', packages)}";
    }

    /// <summary>Runs a script, and gives what it says on standard error.</summary>
    public static (int ExitCode, string Said) Run(params string[] arguments)
    {
        var (code, _, said) = Start(arguments);
        return (code, said);
    }

    /// <summary>Runs a script that must end well, and gives what it prints.</summary>
    public static string Print(params string[] arguments)
    {
        var (code, printed, said) = Start(arguments);
        return code == 0 ? printed : throw new InvalidOperationException($"{arguments[0]} ended with {code}: {said}");
    }

    private static bool Has(string modules) =>
        File.Exists(Interpreter) && Run(["-c", Probe, .. modules.Split(' ')]).ExitCode == 0;

    private static (int ExitCode, string Printed, string Said) Start(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Interpreter, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var said = process.StandardError.ReadToEndAsync();
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, printed, said.GetAwaiter().GetResult());
    }
}
