namespace Ocs.OnnxRuntime;

/// <summary>
/// ONNX Runtime does not load, or refuses a file or its inputs. The message is one sentence: what, where, and what to
/// do.
/// </summary>
public sealed class OnnxRuntimeException : Exception
{
    /// <summary>An error without a message.</summary>
    public OnnxRuntimeException()
    {
    }

    /// <summary>An error with its message.</summary>
    public OnnxRuntimeException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its message and its cause.</summary>
    public OnnxRuntimeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
