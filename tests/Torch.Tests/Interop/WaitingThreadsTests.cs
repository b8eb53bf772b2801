using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

public class WaitingThreadsTests
{
    [Theory]
    [InlineData("", "GOMP_SPINCOUNT=10000 OPENBLAS_THREAD_TIMEOUT=14")]
    [InlineData("OMP_WAIT_POLICY", "OPENBLAS_THREAD_TIMEOUT=14")]
    [InlineData("GOMP_SPINCOUNT", "OPENBLAS_THREAD_TIMEOUT=14")]
    [InlineData("OPENBLAS_THREAD_TIMEOUT", "GOMP_SPINCOUNT=10000")]
    public void What_the_user_set_stays(string isSet, string expected) => Assert.Equal(
        expected,
        string.Join(
            ' ',
            WaitingThreads.Missing(name => name == isSet ? "" : null).Select(pair => $"{pair.Name}={pair.Value}")));

    [Fact]
    public void Nothing_is_missing_once_libtorch_is_loaded()
    {
        _ = TorchRuntime.Threads;
        Assert.Empty(WaitingThreads.Missing(Environment.GetEnvironmentVariable));
    }
}
