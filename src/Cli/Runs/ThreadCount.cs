using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>The number of threads of a command.</summary>
internal static class ThreadCount
{
    /// <summary>
    /// Sets the number of threads until the result is disposed. Null changes nothing, and does not load libtorch.
    /// </summary>
    public static IDisposable? Use(int? threads)
    {
        if (threads is not { } count)
        {
            return null;
        }

        if (count < 1)
        {
            throw new OcsInputException($"--threads must be 1 or more, but is {count}.");
        }

        var before = new Before(TorchRuntime.Threads);
        TorchRuntime.Threads = count;
        return before;
    }

    private sealed class Before(int threads) : IDisposable
    {
        public void Dispose() => TorchRuntime.Threads = threads;
    }
}
