using System.Diagnostics;
using System.Text.Json;

namespace Ocs.Reporting.Tests.TensorBoard;

/// <summary>A fact that needs python3 with protobuf (Debian: python3-protobuf), and is skipped without.</summary>
internal sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute()
    {
        if (!Python.IsThere)
        {
            Skip = "needs /usr/bin/python3 with protobuf: apt-get install python3-protobuf";
        }
    }
}

/// <summary>
/// Reads events with Python's protobuf, by TensorBoard's numbers of the fields, and with check sums of its own.
/// </summary>
internal static class Python
{
    private const string Interpreter = "/usr/bin/python3";

    public static bool IsThere { get; } = File.Exists(Interpreter)
        && Start("-c", "import google.protobuf").ExitCode == 0;

    public static JsonElement Run(string path)
    {
        var (code, output) = Start(Path.Combine(AppContext.BaseDirectory, "TensorBoard", "read_events.py"), path);
        Assert.Equal(0, code);
        return JsonDocument.Parse(output).RootElement;
    }

    private static (int ExitCode, string Output) Start(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Interpreter, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var problems = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _ = problems.GetAwaiter().GetResult();
        return (process.ExitCode, output);
    }
}
