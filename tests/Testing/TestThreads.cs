using System.Globalization;

namespace Ocs.Testing;

/// <summary>
/// The threads of operators in tests of training: one, for on small tensors a second one only waits for the first, or
/// what OCS_TEST_THREADS says. `./ocs test` runs those tests again with numbers of threads that divide no batch.
/// </summary>
public static class TestThreads
{
    /// <summary>How many.</summary>
    public static int Count { get; } =
        int.TryParse(Wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : 1;

    private static string? Wanted => Environment.GetEnvironmentVariable("OCS_TEST_THREADS");

    /// <summary>
    /// By how much fewer of many like cases are tried: with more threads than cores each step is slow.
    /// </summary>
    public static int Sparser => Count > 1 ? 4 : 1;
}
