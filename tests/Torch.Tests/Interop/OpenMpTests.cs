using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

/// <summary>Which of OpenMP's variables are changed before libtorch is loaded.</summary>
public class OpenMpTests
{
    [Theory]
    [InlineData("", "GOMP_SPINCOUNT=10000", 8)]
    [InlineData("OMP_WAIT_POLICY=active", "", 8)]
    [InlineData("GOMP_SPINCOUNT=5", "", 8)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_NUM_THREADS=3", "", null)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_NUM_THREADS=3,2", "", null)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_DYNAMIC=true", "OMP_DYNAMIC=false", 8)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_MAX_ACTIVE_LEVELS=0", "OMP_MAX_ACTIVE_LEVELS=1", 8)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_MAX_ACTIVE_LEVELS=1", "", 8)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_THREAD_LIMIT=2", "OMP_THREAD_LIMIT=2147483647 OMP_NUM_THREADS=2", 2)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_THREAD_LIMIT=20", "OMP_THREAD_LIMIT=2147483647 OMP_NUM_THREADS=8", 8)]
    [InlineData(
        "GOMP_SPINCOUNT=5 OMP_THREAD_LIMIT=2 OMP_NUM_THREADS=3", "OMP_THREAD_LIMIT=2147483647 OMP_NUM_THREADS=2", 2)]
    [InlineData(
        "GOMP_SPINCOUNT=5 OMP_THREAD_LIMIT=4 OMP_NUM_THREADS=3", "OMP_THREAD_LIMIT=2147483647 OMP_NUM_THREADS=3", 3)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_THREAD_LIMIT=many", "", 8)]
    [InlineData("OMP_WAIT_POLICY_ALL=active OMP_NUM_THREADS_ALL=3", "", null)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_DYNAMIC_ALL=true", "OMP_DYNAMIC=false", 8)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_MAX_ACTIVE_LEVELS_ALL=0", "OMP_MAX_ACTIVE_LEVELS=1", 8)]
    [InlineData("GOMP_SPINCOUNT=5 OMP_THREAD_LIMIT_ALL=2", "OMP_THREAD_LIMIT=2147483647 OMP_NUM_THREADS=2", 2)]
    public void Settings_with_which_training_is_slow_or_hangs_are_changed(string isSet, string changed, int? threads)
    {
        var variables = Parse(isSet);
        var (changes, count) = OpenMp.Settings(variables.GetValueOrDefault, cores: 8);
        Assert.Equal(Parse(changed), changes);
        Assert.Equal(threads, count);
    }

    [Fact]
    public void They_are_changed_before_libtorch_is_loaded()
    {
        _ = TorchRuntime.Threads;
        Assert.DoesNotContain("GOMP_SPINCOUNT", OpenMp.Settings(Environment.GetEnvironmentVariable, cores: 8).Changes);
    }

    private static Dictionary<string, string> Parse(string variables) =>
        variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => text.Split('='))
            .ToDictionary(parts => parts[0], parts => parts[1]);
}
