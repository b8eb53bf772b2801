namespace Ocs.OnnxRuntime;

/// <summary>
/// ONNX Runtime does not load, or does not take a file or its inputs; the message says in one sentence what, where, and
/// what to do.
/// </summary>
public sealed class OnnxRuntimeException : Exception
{
    /// <summary>An error without a sentence.</summary>
    public OnnxRuntimeException()
    {
    }

    /// <summary>An error with its sentence.</summary>
    public OnnxRuntimeException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its sentence, and what led to it.</summary>
    public OnnxRuntimeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
