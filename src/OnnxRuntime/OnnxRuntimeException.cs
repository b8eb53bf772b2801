namespace Ocs.OnnxRuntime;

/// <summary>
/// ONNX Runtime is missing, or does not take a file or its inputs; the message says in one sentence what, where, and what to do.
/// </summary>
public sealed class OnnxRuntimeException : Exception
{
    public OnnxRuntimeException()
    {
    }

    public OnnxRuntimeException(string message)
        : base(message)
    {
    }

    public OnnxRuntimeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
