using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>Bytes of tensors on a CUDA device.</summary>
/// <param name="InUse">The current bytes.</param>
/// <param name="Peak">The most since the process began, or since <see cref="ResetPeak"/>.</param>
public readonly record struct CudaMemory(long InUse, long Peak)
{
    /// <exception cref="TorchException">The shim was built without CUDA, or the device does not exist.</exception>
    public static CudaMemory Of(Device device)
    {
        NativeError.ThrowIfFailed(NativeMethods.CudaMemory(device.Index, out var inUse, out var peak), "CUDA memory");
        return new(inUse, peak);
    }

    /// <summary>Sets the peak to the current bytes.</summary>
    public static void ResetPeak(Device device) =>
        NativeError.ThrowIfFailed(NativeMethods.CudaMemoryResetPeak(device.Index), "CUDA memory");

    /// <summary>Releases cached memory that no tensor uses.</summary>
    public static void EmptyCache() => NativeError.ThrowIfFailed(NativeMethods.CudaEmptyCache(), "CUDA memory");
}
