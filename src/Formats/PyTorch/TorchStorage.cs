namespace Ocs.Formats;

/// <summary>The numbers that tensors are views of.</summary>
/// <param name="Key">The key of the whole storage in the file.</param>
/// <param name="TypeName">PyTorch's name of the storage's class.</param>
/// <param name="TotalCount">Elements of the whole storage.</param>
/// <param name="Offset">The first element of the part; 0 except in old files.</param>
/// <param name="Count">Elements of the part.</param>
internal sealed record TorchStorage(string Key, string TypeName, long TotalCount, long Offset, long Count);
