using System.Runtime.InteropServices;
using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>Process-wide state of libtorch.</summary>
public static class TorchRuntime
{
    /// <summary>
    /// Receives progress lines while the shim is built, which takes minutes, once for each version and each libtorch.
    /// Null discards them.
    /// </summary>
    public static Action<string>? BuildProgress { get; set; }

    /// <summary>Threads of one operator; by default OMP_NUM_THREADS, or the number of cores.</summary>
    public static int Threads
    {
        get => Get<int>(NativeMethods.ThreadsGet, "get threads");
        set => NativeError.ThrowIfFailed(NativeMethods.ThreadsSet(value), "set threads");
    }

    /// <summary>
    /// The kernels of float32 convolutions of 3x3, and of 1x1 with strides of 2, over contiguous planes on a CPU, and
    /// of products of many small float32 matrices, as in attention. The default is the best for the processor; the
    /// environment variable ATEN_CPU_CAPABILITY (<c>default</c>, <c>avx2</c>) limits them, like libtorch's. The value
    /// is a limit: instructions that the processor lacks are never used. Results differ from libtorch's only by
    /// rounding.
    /// </summary>
    public static OwnKernels OwnKernels
    {
        get => Get<OwnKernels>(NativeMethods.OwnKernelsGet, "get own kernels");
        set => NativeError.ThrowIfFailed(NativeMethods.OwnKernelsSet(value), "set own kernels");
    }

    /// <summary>
    /// OpenBLAS's name of its kernels for matrix products (<c>SkylakeX</c>, <c>Haswell</c>); null without OpenBLAS.
    /// </summary>
    public static string? OpenBlasKernels
    {
        get
        {
            _ = Threads; // once libtorch is loaded, the choice stands
            return OpenBlas.OwnChoice();
        }
    }

    /// <summary>The number of tensors in this process that are not released yet.</summary>
    public static long LiveTensors => Get<long>(NativeMethods.LiveTensors, "live tensors");

    /// <summary>
    /// The stack traces of live tensors' creation, oldest first; empty unless OCS_TRACK_TENSORS is set.
    /// </summary>
    public static IReadOnlyList<string> LiveTensorOrigins => TensorTracking.Live();

    /// <summary>The version of libtorch that the shim was built with.</summary>
    public static string Version => Marshal.PtrToStringUTF8(Get<nint>(NativeMethods.TorchVersion, "version"))!;

    /// <summary>Whether there is a CUDA device, and a libtorch that can use it.</summary>
    public static bool HasCuda => CudaDevices > 0;

    /// <summary>The number of CUDA devices that this process sees.</summary>
    public static int CudaDevices => Get<byte>(NativeMethods.CudaCompiled, "CUDA devices") == 0
        ? 0
        : Get<int>(NativeMethods.CudaDeviceCount, "CUDA devices");

    /// <summary>The precision of float32 products and convolutions; by default float32.</summary>
    public static MatmulPrecision MatmulPrecision
    {
        get => Get<MatmulPrecision>(NativeMethods.MatmulPrecisionGet, "matmul precision");
        set => NativeError.ThrowIfFailed(NativeMethods.MatmulPrecisionSet(value), "matmul precision");
    }

    /// <summary>
    /// Whether cuDNN tries its algorithms on the first convolution of each shape and keeps the fastest; by default not.
    /// </summary>
    public static bool CudnnBenchmark
    {
        get => Get<byte>(NativeMethods.CudnnBenchmarkGet, "cuDNN benchmark") != 0;
        set => NativeError.ThrowIfFailed(NativeMethods.CudnnBenchmarkSet(value ? (byte)1 : (byte)0), "cuDNN benchmark");
    }

    /// <summary>Waits until a device has finished this thread's work; returns at once on a CPU.</summary>
    public static void Synchronize(Device device) =>
        NativeError.ThrowIfFailed(NativeMethods.DeviceSynchronize(device.Kind, device.Index), "synchronize");

    /// <summary>
    /// Gives memory that was freed, and that is kept for the next tensors, back to the system; also what the C library
    /// keeps for other libraries.
    /// </summary>
    internal static void GiveBackMemory() => NativeError.ThrowIfFailed(NativeMethods.MemoryGiveBack(), "give back");

    /// <summary>Seeds the generators of every device.</summary>
    public static void Seed(ulong seed) => NativeError.ThrowIfFailed(NativeMethods.RngSeed(seed), "seed");

    /// <summary>The complete state of a device's generator, for an exact resume.</summary>
    public static byte[] GetRngState(Device device = default)
    {
        NativeError.ThrowIfFailed(
            NativeMethods.RngStateGet(device.Kind, NativeIndex(device), out var pointer), "get RNG state");
        using var state = new Tensor(pointer);
        return state.ToArray<byte>();
    }

    /// <summary>Restores a state from <see cref="GetRngState"/>.</summary>
    public static void SetRngState(ReadOnlySpan<byte> state, Device device = default)
    {
        using var tensor = Tensor.FromArray(state, [state.Length]);
        NativeError.ThrowIfFailed(
            NativeMethods.RngStateSet(device.Kind, NativeIndex(device), tensor.Handle), "set RNG state");
    }

    private static int NativeIndex(Device device) => device.Kind == DeviceKind.Cpu ? -1 : device.Index;

    private static T Get<T>(Getter<T> read, string what)
    {
        NativeError.ThrowIfFailed(read(out var value), what);
        return value;
    }

    private delegate nint Getter<T>(out T value);
}
