namespace Ocs.Formats;

/// <summary>A tensor as a view of a storage; offset and strides count elements, and nothing is checked yet.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
