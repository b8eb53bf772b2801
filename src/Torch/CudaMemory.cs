using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>Bytes of tensors on a CUDA device.</summary>
/// <param name="InUse">Now.</param>
/// <param name="Peak">At most since the process began, or since <see cref="ResetPeak"/>.</param>
public readonly record struct CudaMemory(long InUse, long Peak)
{
    /// <exception cref="TorchException">The shim was built without CUDA, or there is no such device.</exception>
    public static CudaMemory Of(Device device)
    {
        NativeError.ThrowIfFailed(NativeMethods.CudaMemory(device.Index, out var inUse, out var peak), "CUDA memory");
        return new(inUse, peak);
    }

    /// <summary>The peak starts again from what is in use.</summary>
    public static void ResetPeak(Device device) =>
        NativeError.ThrowIfFailed(NativeMethods.CudaMemoryResetPeak(device.Index), "CUDA memory");

    /// <summary>Gives memory that no tensor holds back to the device.</summary>
    public static void EmptyCache() => NativeError.ThrowIfFailed(NativeMethods.CudaEmptyCache(), "CUDA memory");
}
