using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>Process groups and the reducer.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, EntryPoint = "ocs_distributed_backends")]
    public static partial nint DistributedBackends(out int result);

    [LibraryImport(Library, EntryPoint = "ocs_group_create")]
    public static partial nint GroupCreate(NativeGroupOptions* options, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_group_free")]
    public static partial nint GroupFree(nint group);

    [LibraryImport(Library, EntryPoint = "ocs_group_broadcast")]
    public static partial nint GroupBroadcast(GroupHandle group, TensorHandle tensor, int root);

    [LibraryImport(Library, EntryPoint = "ocs_group_all_reduce")]
    public static partial nint GroupAllReduce(GroupHandle group, TensorHandle tensor, GroupReduction reduction);

    [LibraryImport(Library, EntryPoint = "ocs_group_all_gather")]
    public static partial nint GroupAllGather(GroupHandle group, TensorHandle tensor, nint* results);

    [LibraryImport(Library, EntryPoint = "ocs_reducer_create")]
    public static partial nint ReducerCreate(
        GroupHandle group, nint* parameters, int count, long firstBucketBytes, long bucketBytes, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_reducer_free")]
    public static partial nint ReducerFree(nint reducer);

    [LibraryImport(Library, EntryPoint = "ocs_reducer_prepare_for_forward")]
    public static partial nint ReducerPrepareForForward(ReducerHandle reducer);

    [LibraryImport(Library, EntryPoint = "ocs_reducer_backward")]
    public static partial nint ReducerBackward(ReducerHandle reducer, TensorHandle loss);
}

/// <summary><c>ocs_group_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeGroupOptions
{
    public byte* Host;
    public byte* Prefix;
    public byte* Interface;
    public byte* Address;
    public long JoinTimeoutMilliseconds;
    public long TimeoutMilliseconds;
    public int Port;
    public int Rank;
    public int Size;
    public byte HostsStore;
    public byte Nccl;
    public byte* StoreFile;
}
