using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>
/// Averages gradients over the processes of a group, overlapped with backward: c10d's Reducer, in buckets. It works for
/// the tensors of its constructor only; after a cut, create another one.
/// </summary>
/// <remarks>Li et al. 2020, "PyTorch Distributed", arXiv 2006.15704, section 3.2.</remarks>
internal sealed unsafe class GradientReducer : IDisposable
{
    // PyTorch's sizes: the first bucket is small, so that sending begins early.
    private const long FirstBucketBytes = 1 << 20;
    private const long BucketBytes = 25 << 20;

    private readonly ProcessGroup _group;
    private readonly ReducerHandle _handle;

    /// <param name="group">
    /// The group; all processes must create their reducers with the same shapes in the same order.
    /// </param>
    /// <param name="parameters">Leaves that require gradients; every backward must reach each of them.</param>
    public GradientReducer(ProcessGroup group, IReadOnlyList<Tensor> parameters)
    {
        _group = group;
        nint reducer = 0;
        var error = OperatorCall.Lend(
            parameters,
            (pointers, count) => NativeMethods.ReducerCreate(
                group.Handle, (nint*)pointers, count, FirstBucketBytes, BucketBytes, out reducer));
        NativeError.ThrowIfFailed(error, "reducer");
        _handle = new(reducer);
    }

    /// <summary>Call this before each forward pass.</summary>
    public void BeginForward() => Check(NativeMethods.ReducerPrepareForForward(_handle), "reducer");

    /// <summary>Backward of a scalar. Afterwards every gradient is the mean over all processes.</summary>
    public void Backward(Tensor loss) => Check(NativeMethods.ReducerBackward(_handle, loss.Handle), "backward");

    public void Dispose() => _handle.Dispose();

    private void Check(nint error, string action)
    {
        if (error == 0)
        {
            return;
        }

        var exception = NativeError.Take(error, action, context: null);
        throw ProcessGroup.IsLoss(exception) ? _group.Lost(exception) : exception;
    }
}
