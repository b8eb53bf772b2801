using System.Runtime.InteropServices;
using Ocs.Core.Interop;
using Ort = Microsoft.ML.OnnxRuntime;

namespace Ocs.OnnxRuntime;

/// <summary>Loads ONNX Runtime's library when it is first needed.</summary>
internal static class Library
{
    // ONNX Runtime's telemetry has a permanent device id, and names of files, graphs and classes. It is stored in the
    // home folder and in /tmp, and sent. The library reads this variable when it is loaded.
    private const string NoReports = "ORT_DISABLE_TELEMETRY";
    private static readonly Lazy<Ort.OrtEnv> Loaded = new(Load);

    /// <summary>The version; its first use loads the library.</summary>
    public static string Version => Loaded.Value.GetVersionString();

    /// <summary>An error of the library as one sentence, which begins with <paramref name="what"/>.</summary>
    public static OnnxRuntimeException Translate(string what, Exception error)
    {
        var message = error.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        if (message.StartsWith("[ErrorCode:", StringComparison.Ordinal))
        {
            message = message[(message.IndexOf(']', StringComparison.Ordinal) + 1)..].TrimStart();
        }

        return new($"{what} ({message}).", error);
    }

    private static Ort.OrtEnv Load()
    {
        if (!ProcessEnvironment.Set(NoReports, "1"))
        {
            throw new OnnxRuntimeException(
                "ONNX Runtime is not loaded, because its telemetry could not be turned off "
                + $"({Marshal.GetLastPInvokeErrorMessage()}).");
        }

        try
        {
            var options = new Ort.EnvironmentCreationOptions
            {
                logId = "ocs",
                logLevel = Ort.OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };
            return Ort.OrtEnv.CreateInstanceWithOptions(ref options);
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException
            or EntryPointNotFoundException or Ort.OnnxRuntimeException)
        {
            throw Translate("ONNX Runtime's library does not load on this machine", error.GetBaseException());
        }
    }
}
