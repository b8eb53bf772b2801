using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>
/// Work on a CUDA device that is captured once and then started with one call, however many operators it has. The
/// device then reads and writes the memory of the tensors that the work used, so they must live as long; what the host
/// decides is part of the capture.
/// </summary>
internal sealed class CudaGraph : IDisposable
{
    private readonly CudaGraphHandle _handle;

    /// <exception cref="TorchException">
    /// The device is no CUDA device, or the shim was built without CUDA's headers.
    /// </exception>
    public CudaGraph(Device device)
    {
        if (device.Kind != DeviceKind.Cuda)
        {
            throw new TorchException($"CUDA graph: {device} is no CUDA device");
        }

        Check(NativeMethods.CudaGraphCreate(device.Index, out var pointer));
        _handle = new(pointer);
    }

    /// <summary>Whether the shim can capture graphs and there is a device to do it on.</summary>
    public static bool IsSupported
    {
        get
        {
            Check(NativeMethods.CudaGraphs(out var compiled));
            return compiled != 0 && TorchRuntime.HasCuda;
        }
    }

    /// <summary>
    /// Does work on the stream of later captures, and waits for it. What libtorch prepares at the first use of an
    /// operator, and a capture cannot hold, is so prepared before.
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

    /// <summary>
    /// Writes down what work asks of the device, which does none of it yet; an earlier capture is dropped.
    /// </summary>
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
            // The first error says more than what it does to the end of the capture.
            Ignore(NativeMethods.CudaGraphEnd(_handle));
            Ignore(NativeMethods.CudaGraphDiscard(_handle));
            throw;
        }

        Check(NativeMethods.CudaGraphEnd(_handle));
    });

    /// <summary>Starts the captured work and does not wait for it.</summary>
    public void Replay() => Check(NativeMethods.CudaGraphReplay(_handle));

    /// <summary>Drops what was captured, and the memory that it holds.</summary>
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
