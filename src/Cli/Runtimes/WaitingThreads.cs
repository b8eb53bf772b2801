using Ocs.Core.Interop;

namespace Ocs.Cli.Runtimes;

/// <summary>What libtorch's threads do while they wait for one another.</summary>
internal static class WaitingThreads
{
    private const string Policy = "OMP_WAIT_POLICY";
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>
    /// Lets them sleep, if the user has not chosen: a thread that spins while another program has its core holds up the
    /// others. To be called before libtorch is loaded, by a command that computes for a moment.
    /// </summary>
    public static void Sleep()
    {
        if (Environment.GetEnvironmentVariable(Policy) is null && Environment.GetEnvironmentVariable(SpinCount) is null)
        {
            _ = ProcessEnvironment.Set(Policy, "passive"); // where the system refuses, they spin
        }
    }
}
