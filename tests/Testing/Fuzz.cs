using System.Diagnostics;
using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace Ocs.Testing;

/// <summary>
/// Lets a reader read damaged files: each is read or refused in one sentence, in little time and memory.
/// </summary>
public static class Fuzz
{
    private const int UsualMutations = 500;
    private const int LongestSeconds = 20;
    private const long MostManagedBytes = 512L << 20;

    /// <summary>
    /// Damages and reads once for each of some seeds; OCS_FUZZ_MUTATIONS says of how many, 500 otherwise.
    /// </summary>
    /// <typeparam name="TRefusal">What the reader throws where it refuses; any other exception is a
    /// failure.</typeparam>
    /// <param name="reader">What is read, and how it is damaged.</param>
    /// <param name="output">Where a line of figures goes.</param>
    /// <param name="names">What each sentence names, such as the file's path.</param>
    /// <param name="percentRefused">How many are refused at least: a damage that does nothing tests nothing.</param>
    /// <param name="damage">Writes the damaged file.</param>
    /// <param name="read">Reads it.</param>
    public static void Try<TRefusal>(
        string reader, ITestOutputHelper output, string names, int percentRefused, Action<Dice> damage, Action read)
        where TRefusal : Exception
    {
        var count = int.Parse(
            Environment.GetEnvironmentVariable("OCS_FUZZ_MUTATIONS")
                ?? UsualMutations.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var (refused, slowest, largest) = (0, TimeSpan.Zero, 0L);
        for (var seed = 0; seed < count; seed++)
        {
            damage(new Dice(seed));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            refused += IsRefused<TRefusal>(read, names, seed) ? 1 : 0;
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {reader} | {count} | {refused} | {slowest.TotalMilliseconds:0} ms | "
                + $"{largest / 1024.0 / 1024:0.0} MiB |"));
        Assert.InRange(slowest.TotalSeconds, 0, LongestSeconds);
        Assert.InRange(largest, 0, MostManagedBytes);
        Assert.InRange(refused, count * percentRefused / 100, count);
    }

    /// <summary>The same for readers that refuse with <see cref="OcsInputException"/>.</summary>
    public static void Try(
        string reader, ITestOutputHelper output, string names, int percentRefused, Action<Dice> damage, Action read) =>
        Try<OcsInputException>(reader, output, names, percentRefused, damage, read);

    private static bool IsRefused<TRefusal>(Action read, string names, int seed)
        where TRefusal : Exception
    {
        try
        {
            read();
            return false;
        }
        catch (TRefusal error)
        {
            Assert.Contains(names, error.Message, StringComparison.Ordinal);
            Assert.NotEqual("", error.Message);
            Assert.DoesNotContain('\n', error.Message);
            return true;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Mutation {seed} ends in another error.", error);
        }
    }
}
