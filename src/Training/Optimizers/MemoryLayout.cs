using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// Keeps tensors that belong to a weight in the weight's layout, so that operations on both read memory in order.
/// </summary>
internal static class MemoryLayout
{
    /// <summary>The tensor in the layout of a weight, owned by the caller; null if it has it already.</summary>
    public static Tensor? Laid(Tensor tensor, Tensor weight)
    {
        if (weight.Rank != 4)
        {
            return null;
        }

        var format = weight.IsContiguous() ? MemoryFormat.Contiguous : MemoryFormat.ChannelsLast;
        if (tensor.IsContiguous(format) || !weight.IsContiguous(format))
        {
            return null;
        }

        using var detached = tensor.Detach();
        return detached.Contiguous(format);
    }
}
