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

    /// <summary>An error with its message, and what led to it.</summary>
    public TorchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether memory was lacking: of the computer, or of the device.</summary>
    public bool IsOutOfMemory { get; init; }

    internal TorchException(string message, string stack)
        : base(message)
        => Data["stack"] = stack;
}
