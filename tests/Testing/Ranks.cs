using System.Net;
using System.Net.Sockets;
using Ocs.Torch;

namespace Ocs.Testing;

/// <summary>The processes of a run as threads of one: each with its own rank in one group.</summary>
public static class Ranks
{
    /// <summary>Runs each rank's work, and gives what they return, in the order of ranks.</summary>
    public static T[] Run<T>(int size, Func<ProcessGroup, T> work, TimeSpan? timeout = null)
    {
        var port = FreePort();
        var tasks = Enumerable.Range(0, size).Select(rank => Task.Factory.StartNew(
            () =>
            {
                using var group = ProcessGroup.Join(Rendezvous.OnThisMachine(port, rank, size), timeout: timeout);
                return work(group);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        return Task.WhenAll(tasks).GetAwaiter().GetResult();
    }

    /// <summary>A port of this machine that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
