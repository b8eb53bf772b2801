namespace Ocs.Torch;

/// <summary>libtorch refused a call; <c>Data["stack"]</c> holds the whole C++ text.</summary>
public sealed class TorchException : Exception
{
    /// <summary>An error without a message.</summary>
    public TorchException()
    {
    }

    /// <summary>An error with its message.</summary>
    public TorchException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its message and its cause.</summary>
    public TorchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the machine or the device ran out of memory.</summary>
    public bool IsOutOfMemory { get; init; }

    internal TorchException(string message, string stack)
        : base(message)
        => Data["stack"] = stack;
}
