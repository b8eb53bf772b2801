namespace Ocs.Torch;

/// <summary>libtorch refused a call; <c>Data["stack"]</c> holds the whole C++ text.</summary>
public sealed class TorchException : Exception
{
    public TorchException()
    {
    }

    public TorchException(string message)
        : base(message)
    {
    }

    public TorchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal TorchException(string message, string stack)
        : base(message)
        => Data["stack"] = stack;
}
