using System.Runtime.InteropServices;

namespace Ocs.OnnxRuntime.Interop;

/// <summary>
/// ONNX Runtime's reports to its maker. Left on, they hold a device id that lasts, names of files and graphs, and class
/// names; they write below the home folder and to /tmp, and open connections.
/// </summary>
internal static partial class Telemetry
{
    /// <summary>The environment variable that the library reads when it is loaded.</summary>
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Turns reports off; to be called before the library is loaded.</summary>
    /// <exception cref="OnnxRuntimeException">The system refused.</exception>
    public static void TurnOff()
    {
        // Environment.SetEnvironmentVariable changes .NET's copy alone, and the library reads the process's own.
        if (SetVariable(Variable, "1", overwrite: 1) != 0)
        {
            throw new OnnxRuntimeException(
                "ONNX Runtime is not loaded, for its reports to its maker could not be turned off "
                + $"({Marshal.GetLastPInvokeErrorMessage()}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
