using System.Globalization;
using Ocs.Core.Interop;

namespace Ocs.Torch.Interop;

/// <summary>
/// The settings of OpenMP, which has the threads of libtorch's loops. They are environment variables that its library
/// reads when it is loaded.
/// </summary>
internal static class OpenMp
{
    private const string Policy = "OMP_WAIT_POLICY";
    private const string SpinCount = "GOMP_SPINCOUNT";
    private const string Count = "OMP_NUM_THREADS";
    private const string Limit = "OMP_THREAD_LIMIT";

    /// <summary>
    /// Changes settings with which training is slow or hangs. Call it before libtorch is loaded.
    /// </summary>
    /// <returns>
    /// The threads to use: the number of cores, or fewer with a limit; null if <c>OMP_NUM_THREADS</c> decides.
    /// </returns>
    public static int? Prepare()
    {
        var (changes, threads) = Settings(Environment.GetEnvironmentVariable, Environment.ProcessorCount);
        foreach (var (name, value) in changes)
        {
            _ = ProcessEnvironment.Set(name, value); // where the system refuses, it is as the user set it
        }

        return threads;
    }

    /// <summary>The variables to set, and the threads to use.</summary>
    internal static (Dictionary<string, string> Changes, int? Threads) Settings(
        Func<string, string?> variable, int cores)
    {
        var changes = new Dictionary<string, string>();

        // From GCC 13 on, OMP_X_ALL holds where OMP_X is not set.
        string? Setting(string name) => variable(name) ?? variable(name + "_ALL");

        // By default threads that wait keep their core busy for about a millisecond. Whatever else wants it waits for
        // them: other programs, and OpenBLAS where it has other threads. Now they sleep after some microseconds
        // (docs/performance.md has times).
        if (Setting(Policy) is null && variable(SpinCount) is null)
        {
            changes[SpinCount] = "10000";
        }

        // oneDNN and OpenBLAS wait for ever if fewer threads start than they asked for.
        if (Setting("OMP_DYNAMIC") is not null)
        {
            changes["OMP_DYNAMIC"] = "false";
        }

        if (Setting("OMP_MAX_ACTIVE_LEVELS") is "0")
        {
            changes["OMP_MAX_ACTIVE_LEVELS"] = "1";
        }

        if (Number(Setting(Limit)) is not { } limit)
        {
            return (changes, string.IsNullOrEmpty(Setting(Count)) ? cores : null);
        }

        // Child processes have the limit, too.
        var threads = Math.Min(limit, Number(Setting(Count)) ?? cores);
        changes[Limit] = Text(int.MaxValue);
        changes[Count] = Text(threads);
        return (changes, threads);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int? Number(string? text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
