using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// One of our values for a value of ONNX. Ours has the batch in dimension 0. If ONNX's has it elsewhere, as in
/// sequences [L, N, E], the other dimensions keep their order.
/// </summary>
/// <param name="Value">The value, batch first.</param>
/// <param name="Batch">The dimension of ONNX's value that is the batch.</param>
internal readonly record struct Imported(Value Value, int Batch = 0)
{
    /// <summary>The batch is the inner factor of dimension 0, ONNX's [L N, ...]. Ours is [N, L, ...].</summary>
    public const int Merged = -1;

    public bool IsMerged => Batch == Merged;

    /// <summary>Our dimension for an axis of ONNX's.</summary>
    public int Dimension(int axis) => axis == Batch ? 0 : axis < Batch ? axis + 1 : axis;

    /// <summary>ONNX's axis for a dimension of ours.</summary>
    public int Axis(int dimension) => dimension == 0 ? Batch : dimension <= Batch ? dimension - 1 : dimension;
}
