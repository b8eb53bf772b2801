using System.Runtime.InteropServices;
using Ocs.Core.Interop;

namespace Ocs.OnnxRuntime.Interop;

/// <summary>
/// ONNX Runtime's reports to its maker. Left on, they hold a device id that lasts, names of files and graphs, and class
/// names; they write below the home folder and to /tmp, and open connections.
/// </summary>
internal static class Telemetry
{
    /// <summary>The environment variable that the library reads when it is loaded.</summary>
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Turns reports off; to be called before the library is loaded.</summary>
    /// <exception cref="OnnxRuntimeException">The system refused.</exception>
    public static void TurnOff()
    {
        if (!ProcessEnvironment.Set(Variable, "1"))
        {
            throw new OnnxRuntimeException(
                "ONNX Runtime is not loaded, for its reports to its maker could not be turned off "
                + $"({Marshal.GetLastPInvokeErrorMessage()}).");
        }
    }
}
