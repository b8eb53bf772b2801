using Ocs.Core.Interop;

namespace Ocs.Torch.Interop;

/// <summary>
/// How long threads that wait for work keep a core busy. OpenMP's threads do it for a millisecond after a loop, those
/// of OpenBLAS for some ten milliseconds after a product. Each holds the core that the next loop or product needs. With
/// a thread on each core, steps of transformers took twice as long (docs/performance.md has times).
/// </summary>
internal static class WaitingThreads
{
    private const string Policy = "OMP_WAIT_POLICY";
    private const string SpinCount = "GOMP_SPINCOUNT";
    private const string Timeout = "OPENBLAS_THREAD_TIMEOUT";

    /// <summary>
    /// Lets them sleep after some microseconds, which is longer than the time between two loops. Call it before
    /// libtorch is loaded. Variables that the user set have priority.
    /// </summary>
    public static void SleepSoon()
    {
        foreach (var (name, value) in Missing(Environment.GetEnvironmentVariable))
        {
            _ = ProcessEnvironment.Set(name, value); // where the system refuses, they spin
        }
    }

    /// <summary>The variables to set, by those that are set.</summary>
    internal static IEnumerable<(string Name, string Value)> Missing(Func<string, string?> variable)
    {
        if (variable(Policy) is null && variable(SpinCount) is null)
        {
            yield return (SpinCount, "10000");
        }

        if (variable(Timeout) is null)
        {
            yield return (Timeout, "14"); // 2^14 cycles of the processor
        }
    }
}
