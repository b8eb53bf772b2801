using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>A PyTorch file: the saved object, and the numbers of its storages.</summary>
internal interface ITorchArchive : IDisposable
{
    /// <summary>The object that was saved.</summary>
    object? Root { get; }

    /// <summary>The bytes that the file has for a storage; throws if it has none.</summary>
    long LengthOf(TorchStorage storage);

    /// <summary>Reads a storage as a tensor [count]; the caller owns it. The length must fit.</summary>
    Tensor Read(TorchStorage storage, DType dtype);
}
