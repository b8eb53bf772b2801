using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>CUDA graphs, the memory of a CUDA device, and the precision of products.</summary>
internal static partial class NativeMethods
{
    [LibraryImport(Library, EntryPoint = "ocs_matmul_precision_get")]
    public static partial nint MatmulPrecisionGet(out MatmulPrecision result);

    [LibraryImport(Library, EntryPoint = "ocs_matmul_precision_set")]
    public static partial nint MatmulPrecisionSet(MatmulPrecision precision);

    [LibraryImport(Library, EntryPoint = "ocs_cudnn_benchmark_get")]
    public static partial nint CudnnBenchmarkGet(out byte result);

    [LibraryImport(Library, EntryPoint = "ocs_cudnn_benchmark_set")]
    public static partial nint CudnnBenchmarkSet(byte enabled);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graphs")]
    public static partial nint CudaGraphs(out byte result);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graph_create")]
    public static partial nint CudaGraphCreate(int index, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graph_free")]
    public static partial nint CudaGraphFree(nint graph);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graph_enter")]
    public static partial nint CudaGraphEnter(CudaGraphHandle graph);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graph_leave")]
    public static partial nint CudaGraphLeave(CudaGraphHandle graph);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graph_begin")]
    public static partial nint CudaGraphBegin(CudaGraphHandle graph);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graph_end")]
    public static partial nint CudaGraphEnd(CudaGraphHandle graph);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graph_discard")]
    public static partial nint CudaGraphDiscard(CudaGraphHandle graph);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_graph_replay")]
    public static partial nint CudaGraphReplay(CudaGraphHandle graph);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_memory")]
    public static partial nint CudaMemory(int index, out long inUse, out long peak);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_memory_reset_peak")]
    public static partial nint CudaMemoryResetPeak(int index);

    [LibraryImport(Library, EntryPoint = "ocs_cuda_empty_cache")]
    public static partial nint CudaEmptyCache();
}
