using System.Text;
using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>The operation of an all-reduce.</summary>
public enum GroupReduction
{
    /// <summary>The sum over all processes.</summary>
    Sum = 0,

    /// <summary>The maximum over all processes.</summary>
    Max = 1,
}

/// <summary>
/// The processes of a run: c10d's process group, with Gloo for CPU tensors and NCCL for GPU tensors. All processes must
/// make the same calls in the same order; each call waits for the others.
/// </summary>
/// <remarks>
/// If a process ends, or is silent for the timeout, the call throws a <see cref="TorchException"/> in the others.
/// </remarks>
public sealed unsafe class ProcessGroup : IDisposable
{
    private const int Gloo = 1;
    private const int Nccl = 2;
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromMinutes(5);

    private ProcessGroup(nint pointer, int rank, int size)
    {
        Handle = new(pointer);
        (Rank, Size) = (rank, size);
    }

    /// <summary>The default timeout of a call: less than a minute.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(45);

    /// <summary>The rank of this process, from 0.</summary>
    public int Rank { get; }

    /// <summary>The number of processes.</summary>
    public int Size { get; }

    internal GroupHandle Handle { get; }

    /// <summary>Waits until every process has joined, at most five minutes, and connects them.</summary>
    /// <param name="rendezvous">The meeting point.</param>
    /// <param name="device">The device of gradients.</param>
    /// <param name="timeout">The timeout of each call.</param>
    /// <exception cref="OcsInputException">The shim has no Gloo, or no NCCL for a GPU.</exception>
    /// <exception cref="TorchException">A process did not join; the message names it.</exception>
    public static ProcessGroup Join(Rendezvous rendezvous, DeviceKind device = DeviceKind.Cpu, TimeSpan? timeout = null)
    {
        Require(device);
        fixed (byte*
            host = Utf8(rendezvous.Host),
            prefix = Utf8(rendezvous.Prefix),
            network = Utf8(rendezvous.Interface),
            storeFile = Utf8(rendezvous.StoreFile),
            address = Utf8(rendezvous.IsLocal ? rendezvous.Host : ""))
        {
            var options = new NativeGroupOptions
            {
                Host = host,
                Prefix = prefix,
                Interface = network,
                Address = address,
                StoreFile = storeFile,
                JoinTimeoutMilliseconds = (long)JoinTimeout.TotalMilliseconds,
                TimeoutMilliseconds = (long)(timeout ?? DefaultTimeout).TotalMilliseconds,
                Port = rendezvous.Port,
                Rank = rendezvous.Rank,
                Size = rendezvous.Size,
                HostsStore = rendezvous.HostsStore ? (byte)1 : (byte)0,
                Nccl = device == DeviceKind.Cuda ? (byte)1 : (byte)0,
            };
            var error = NativeMethods.GroupCreate(&options, out var pointer);
            return error == 0
                ? new(pointer, rendezvous.Rank, rendezvous.Size)
                : throw NativeError.Take(
                    error,
                    $"rank {rendezvous.Rank} of {rendezvous.Size} at "
                    + $"{(rendezvous.StoreFile.Length > 0 ? "this machine" : $"{rendezvous.Host}:{rendezvous.Port}")}",
                    context: null);
        }
    }

    /// <summary>Overwrites a tensor with that of another process.</summary>
    public void Broadcast(Tensor tensor, int root = 0) =>
        Check(NativeMethods.GroupBroadcast(Handle, tensor.Handle, root), "broadcast");

    /// <summary>Overwrites a tensor with the element-wise sum, or maximum, of all processes' tensors.</summary>
    public void AllReduce(Tensor tensor, GroupReduction reduction = GroupReduction.Sum) =>
        Check(NativeMethods.GroupAllReduce(Handle, tensor.Handle, reduction), "all-reduce");

    /// <summary>The tensors of all processes, in order of rank.</summary>
    public Tensor[] AllGather(Tensor tensor)
    {
        var results = new nint[Size];
        fixed (nint* target = results)
        {
            Check(NativeMethods.GroupAllGather(Handle, tensor.Handle, target), "all-gather");
        }

        return Array.ConvertAll(results, pointer => new Tensor(pointer));
    }

    /// <summary>Leaves the group.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>The exception of a call that failed because of another process.</summary>
    internal TorchException Lost(TorchException error)
    {
        // Gloo's messages begin with the source location: "[../gloo/transport/tcp/pair.cc:598] Connection closed by
        // peer [10.0.0.2]:4711".
        var source = Math.Max(0, error.Message.IndexOf(".cc:", StringComparison.Ordinal));
        var detail = error.Message[(source == 0 ? 0 : error.Message.IndexOf(']', source) + 1)..].Trim().TrimEnd('.');
        return new(
            $"Rank {Rank} of {Size}: another process of the run is gone or does not answer ({detail}), "
            + "so this one ends too; "
            + "look at its messages, and start all of them again.",
            error);
    }

    /// <summary>Whether an error of autograd comes from the network connection.</summary>
    internal static bool IsLoss(TorchException error) =>
        Array.Exists(
            ["gloo", "NCCL", "onnection", "imed out"], word => error.Message.Contains(word, StringComparison.Ordinal));

    private static void Require(DeviceKind device)
    {
        NativeError.ThrowIfFailed(NativeMethods.DistributedBackends(out var backends), "distributed");
        if ((backends & Gloo) == 0)
        {
            throw new OcsInputException(
                "Several processes need Gloo, which the shim was built without: "
                + "install libgloo-dev, and build it again with native/build.sh.");
        }

        if (device == DeviceKind.Cuda && (backends & Nccl) == 0)
        {
            throw new OcsInputException(
                "Several processes on GPUs need NCCL, which the shim was built without: "
                + "install its headers (nccl.h), and build it again with "
                + "native/build.sh; or take `Device.Cpu`.");
        }
    }

    private void Check(nint error, string action)
    {
        if (error != 0)
        {
            throw Lost(NativeError.Take(error, action, context: null));
        }
    }

    private static byte[] Utf8(string text) => [.. Encoding.UTF8.GetBytes(text), 0];
}
