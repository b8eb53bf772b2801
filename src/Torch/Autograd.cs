using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>Gradients by libtorch's autograd.</summary>
public static class Autograd
{
    /// <summary>Whether the calling thread records operations.</summary>
    public static bool IsRecording
    {
        get
        {
            NativeError.ThrowIfFailed(NativeMethods.GradModeGet(out var enabled), "grad mode");
            return enabled != 0;
        }
    }

    /// <summary>Accumulates the gradients of a scalar into the leaves that it depends on.</summary>
    public static unsafe void Backward(Tensor loss, bool retainGraph = false)
    {
        var error = OperatorCall.Lend(
            [loss],
            (pointers, count) =>
                NativeMethods.AutogradBackward((nint*)pointers, count, retainGraph ? (byte)1 : (byte)0));
        if (error != 0)
        {
            throw NativeError.Take(error, "backward", loss.Describe());
        }
    }

    /// <summary>The gradients of a scalar with respect to inputs. Stored gradients do not change.</summary>
    public static unsafe Tensor[] Gradients(Tensor output, IReadOnlyList<Tensor> inputs, bool retainGraph = false)
    {
        var results = new nint[inputs.Count];
        var error = OperatorCall.Lend(
            [output],
            (outputs, outputCount) => OperatorCall.Lend(
                inputs,
                (pointers, count) =>
                {
                    fixed (nint* target = results)
                    {
                        return NativeMethods.AutogradGradients(
                            (nint*)outputs,
                            outputCount,
                            (nint*)pointers,
                            count,
                            retainGraph ? (byte)1 : (byte)0,
                            target);
                    }
                }));
        return error == 0
            ? Array.ConvertAll(results, pointer => new Tensor(pointer))
            : throw NativeError.Take(error, "grad", output.Describe());
    }

    /// <summary>Until the result is disposed, this thread records nothing.</summary>
    public static NoGradScope NoGrad() => new(IsRecording);

    internal static void SetRecording(bool enabled)
        => NativeError.ThrowIfFailed(NativeMethods.GradModeSet(enabled ? (byte)1 : (byte)0), "grad mode");
}

/// <summary>A scope without autograd; a ref struct, so that it ends on the thread where it began.</summary>
public readonly ref struct NoGradScope
{
    private readonly bool _restore;

    internal NoGradScope(bool wasRecording)
    {
        _restore = wasRecording;
        if (wasRecording)
        {
            Autograd.SetRecording(false);
        }
    }

    /// <summary>Restores the previous state.</summary>
    public void Dispose()
    {
        if (_restore)
        {
            Autograd.SetRecording(true);
        }
    }
}
