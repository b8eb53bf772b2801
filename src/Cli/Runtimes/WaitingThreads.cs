using Ocs.Core.Interop;

namespace Ocs.Cli.Runtimes;

/// <summary>Whether libtorch's threads spin or sleep while they wait for each other.</summary>
internal static class WaitingThreads
{
    private const string Policy = "OMP_WAIT_POLICY";
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>
    /// Lets them sleep, unless the user chose otherwise: a thread that spins on a busy machine delays the others. Call
    /// it before libtorch is loaded, in a command that computes only briefly.
    /// </summary>
    public static void Sleep()
    {
        if (Environment.GetEnvironmentVariable(Policy) is null && Environment.GetEnvironmentVariable(SpinCount) is null)
        {
            _ = ProcessEnvironment.Set(Policy, "passive"); // where the system refuses, they spin
        }
    }
}
