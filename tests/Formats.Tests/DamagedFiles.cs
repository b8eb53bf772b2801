using System.Diagnostics;
using System.Globalization;
using Ocs.Testing;
using Xunit.Abstractions;

namespace Ocs.Formats.Tests;

/// <summary>Reads many damaged files, and says how many were refused, how long the slowest took and what the largest allocated.</summary>
internal static class DamagedFiles
{
    private const int UsualMutations = 500;

    /// <summary>Reads a file for each of some seeds; OCS_FUZZ_MUTATIONS says of how many, 500 otherwise.</summary>
    /// <param name="kind">What is damaged, for the words.</param>
    /// <param name="write">Writes the damaged file.</param>
    /// <param name="isRefused">Reads it.</param>
    /// <param name="output">Where the words go.</param>
    public static DamagedFilesResult Read(string kind, Action<Dice> write, Func<int, bool> isRefused, ITestOutputHelper output)
    {
        var count = int.Parse(
            Environment.GetEnvironmentVariable("OCS_FUZZ_MUTATIONS") ?? UsualMutations.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var (refused, slowest, largest) = (0, TimeSpan.Zero, 0L);
        for (var seed = 0; seed < count; seed++)
        {
            write(new Dice(seed));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            refused += isRefused(seed) ? 1 : 0;
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}: {count} mutations, {refused} refused, slowest {slowest.TotalMilliseconds:0} ms, at most {largest / 1024.0 / 1024:0.0} MiB managed, "
            + $"peak of the process {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"));
        return new(count, refused, slowest, largest);
    }
}

/// <summary>How many files were read and how many refused, the longest time of one, and the most managed memory of one in bytes.</summary>
internal sealed record DamagedFilesResult(int Count, int Refused, TimeSpan Slowest, long Largest);
