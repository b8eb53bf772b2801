using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>A file of PyTorch: what it describes, and the numbers of its storages.</summary>
internal interface ITorchArchive : IDisposable
{
    /// <summary>The object that was saved.</summary>
    object? Root { get; }

    /// <summary>Bytes that the file really has for a storage; throws if it has none.</summary>
    long LengthOf(TorchStorage storage);

    /// <summary>All numbers of a storage whose length fits them, [count]; the caller owns the tensor.</summary>
    Tensor Read(TorchStorage storage, DType dtype);
}
