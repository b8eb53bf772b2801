namespace Ocs.Formats;

/// <summary>A tensor as a view of a storage. Offset and strides count elements. Nothing is checked yet.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
