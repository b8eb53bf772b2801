using Ocs.Core.Interop;

namespace Ocs.Torch.Interop;

/// <summary>
/// How long OpenMP's threads keep a core busy while they wait for work: by default about a millisecond after a loop.
/// Where OpenBLAS has threads of another kind (<see cref="OpenBlas.SharesThreads"/>), each product on all cores waits
/// for them. Steps of transformers took nearly twice as long (docs/performance.md has times).
/// </summary>
internal static class WaitingThreads
{
    private const string Policy = "OMP_WAIT_POLICY";
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>
    /// Lets them sleep after some microseconds, which is longer than the time between two loops. Call it before
    /// libtorch is loaded. Variables that the user set have priority.
    /// </summary>
    public static void SleepSoon()
    {
        if (IsFree(Environment.GetEnvironmentVariable))
        {
            _ = ProcessEnvironment.Set(SpinCount, "10000"); // where the system refuses, they spin
        }
    }

    /// <summary>Whether the user left the choice to us.</summary>
    internal static bool IsFree(Func<string, string?> variable) =>
        variable(Policy) is null && variable(SpinCount) is null;
}
