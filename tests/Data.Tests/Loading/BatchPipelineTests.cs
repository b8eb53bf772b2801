using Ocs.Testing;
using Ocs.Torch;

namespace Ocs.Data.Tests.Loading;

[NoTensorLeaks]
public sealed class BatchPipelineTests
{
    private static readonly ImageDataset Dataset = new("hand-made", [1], [0], 1, 1, 1, ["a"], new([0], [1]));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void What_fails_while_preparing_reaches_the_consumer_after_the_batches_before_it(int depth)
    {
        long waited = 0;
        using BatchPipeline pipeline = new(0, 5, depth, index => index == 2 ? throw new IOException("disk on fire") : Make(index));
        for (int index = 0; index < 2; index++)
        {
            using Batch? batch = pipeline.Next(ref waited);
            Assert.Equal(index, batch!.Index);
        }

        Assert.Equal("disk on fire", Assert.Throws<IOException>(() => pipeline.Next(ref waited)).Message);
    }

    [Fact]
    public void No_more_batches_are_prepared_than_asked_for()
    {
        using CountdownEvent made = new(4);
        int count = 0;
        long waited = 0;
        using (BatchPipeline pipeline = new(0, 100, 3, index =>
        {
            if (Interlocked.Increment(ref count) <= 4)
            {
                made.Signal();
            }

            return Make(index);
        }))
        {
            // Three ready, and a fourth in the maker's hand.
            Assert.True(made.Wait(TimeSpan.FromSeconds(10)));
            using Batch? batch = pipeline.Next(ref waited);
        }

        Assert.InRange(count, 4, 5);
    }

    [Fact]
    public void The_end_is_told_again_and_again()
    {
        long waited = 0;
        using BatchPipeline pipeline = new(3, 4, 1, Make);
        pipeline.Next(ref waited)!.Dispose();
        Assert.Null(pipeline.Next(ref waited));
        Assert.Null(pipeline.Next(ref waited));
        Assert.True(waited > 0);
    }

    private static Batch Make(int index) =>
        new(index, new(1, Dataset, MemoryFormat.Contiguous), Device.Cpu, buffer => buffer.Dispose());
}
