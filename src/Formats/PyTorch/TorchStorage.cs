namespace Ocs.Formats;

/// <summary>The numbers that tensors are views of, by the key under which the file holds them.</summary>
/// <param name="Key">Of the whole storage in the file.</param>
/// <param name="TypeName">PyTorch's name of the storage's class.</param>
/// <param name="TotalCount">Elements of the whole storage.</param>
/// <param name="Offset">The first element of the part that is meant; 0 for all but old files.</param>
/// <param name="Count">Elements of the part.</param>
internal sealed record TorchStorage(string Key, string TypeName, long TotalCount, long Offset, long Count);
