using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

public class WaitingThreadsTests
{
    [Theory]
    [InlineData("OMP_NUM_THREADS", true)]
    [InlineData("OMP_WAIT_POLICY", false)]
    [InlineData("GOMP_SPINCOUNT", false)]
    public void What_the_user_set_stays(string isSet, bool expected) =>
        Assert.Equal(expected, WaitingThreads.IsFree(name => name == isSet ? "" : null));

    [Fact]
    public void The_choice_is_made_before_libtorch_is_loaded()
    {
        _ = TorchRuntime.Threads;
        Assert.True(OpenBlas.SharesThreads || !WaitingThreads.IsFree(Environment.GetEnvironmentVariable));
    }
}
