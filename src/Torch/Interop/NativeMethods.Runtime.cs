using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>Process-wide state: threads, random numbers, devices, the count of live tensors.</summary>
internal static partial class NativeMethods
{
    [LibraryImport(Library, EntryPoint = "ocs_live_tensors")]
    public static partial nint LiveTensors(out long result);

    [LibraryImport(Library, EntryPoint = "ocs_torch_version")]
    public static partial nint TorchVersion(out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_threads_get")]
    public static partial nint ThreadsGet(out int result);

    [LibraryImport(Library, EntryPoint = "ocs_threads_set")]
    public static partial nint ThreadsSet(int count);

    [LibraryImport(Library, EntryPoint = "ocs_own_kernels_get")]
    public static partial nint OwnKernelsGet(out OwnKernels result);

    [LibraryImport(Library, EntryPoint = "ocs_own_kernels_set")]
    public static partial nint OwnKernelsSet(OwnKernels most);

    [LibraryImport(Library, EntryPoint = "ocs_memory_give_back")]
    public static partial nint MemoryGiveBack();

    [LibraryImport(Library, EntryPoint = "ocs_rng_seed")]
    public static partial nint RngSeed(ulong seed);

    [LibraryImport(Library, EntryPoint = "ocs_rng_state_get")]
    public static partial nint RngStateGet(DeviceKind kind, int index, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_rng_state_set")]
    public static partial nint RngStateSet(DeviceKind kind, int index, TensorHandle state);

    [LibraryImport(Library, EntryPoint = "ocs_generator_create")]
    public static partial nint GeneratorCreate(ulong seed, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_generator_free")]
    public static partial nint GeneratorFree(nint generator);

    [LibraryImport(Library, EntryPoint = "ocs_generator_state_get")]
    public static partial nint GeneratorStateGet(GeneratorHandle generator, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_generator_state_set")]
    public static partial nint GeneratorStateSet(GeneratorHandle generator, TensorHandle state);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_compiled")]
    public static partial nint CudaCompiled(out byte result);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_device_count")]
    public static partial nint CudaDeviceCount(out int result);

    [LibraryImport(Library, EntryPoint = "ocs_device_synchronize")]
    public static partial nint DeviceSynchronize(DeviceKind kind, int index);
}
