using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>
/// A CUDA graph: work on a device that is captured once, then replayed with one call. The graph reads and writes the
/// memory of the captured tensors, so these must stay alive. Decisions of the host are part of the capture.
/// </summary>
internal sealed class CudaGraph : IDisposable
{
    private readonly CudaGraphHandle _handle;

    /// <exception cref="TorchException">
    /// The device is not a CUDA device, or the shim was built without CUDA's headers.
    /// </exception>
    public CudaGraph(Device device)
    {
        if (device.Kind != DeviceKind.Cuda)
        {
            throw new TorchException($"CUDA graph: {device} is not a CUDA device");
        }

        Check(NativeMethods.CudaGraphCreate(device.Index, out var pointer));
        _handle = new(pointer);
    }

    /// <summary>Whether the shim can capture graphs and a CUDA device exists.</summary>
    public static bool IsSupported
    {
        get
        {
            Check(NativeMethods.CudaGraphs(out var compiled));
            return compiled != 0 && TorchRuntime.HasCuda;
        }
    }

    /// <summary>
    /// Runs work on the stream of later captures, and waits for it. libtorch does some work at the first use of an
    /// operator, which cannot be captured.
    /// </summary>
    public void WarmUp(Action work)
    {
        Check(NativeMethods.CudaGraphEnter(_handle));
        try
        {
            work();
        }
        finally
        {
            Check(NativeMethods.CudaGraphLeave(_handle));
        }
    }

    /// <summary>Captures work without running it. Replaces an earlier capture.</summary>
    /// <exception cref="TorchException">
    /// The work waits for the device, or does something else that cannot be captured.
    /// </exception>
    public void Capture(Action work) => WarmUp(() =>
    {
        Check(NativeMethods.CudaGraphBegin(_handle));
        try
        {
            work();
        }
        catch
        {
            // The first error is more useful than the error at the end of the capture.
            Ignore(NativeMethods.CudaGraphEnd(_handle));
            Ignore(NativeMethods.CudaGraphDiscard(_handle));
            throw;
        }

        Check(NativeMethods.CudaGraphEnd(_handle));
    });

    /// <summary>Starts the captured work, without waiting.</summary>
    public void Replay() => Check(NativeMethods.CudaGraphReplay(_handle));

    /// <summary>Drops the capture and its memory.</summary>
    public void Discard()
    {
        Check(NativeMethods.CudaGraphDiscard(_handle));
        CudaMemory.EmptyCache();
    }

    public void Dispose() => _handle.Dispose();

    private static void Check(nint error) => NativeError.ThrowIfFailed(error, "CUDA graph");

    private static void Ignore(nint error)
    {
        if (error != 0)
        {
            NativeMethods.ErrorFree(error);
        }
    }
}
