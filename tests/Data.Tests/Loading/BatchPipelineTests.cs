using System.Collections.Concurrent;
using Ocs.Torch;

namespace Ocs.Data.Tests.Loading;

[NoTensorLeaks]
public sealed class BatchPipelineTests
{
    private static readonly ImageDataset Dataset = new("hand-made", [1], [0], 1, 1, 1, ["a"], new([0], [1]));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    public void What_fails_while_preparing_reaches_the_consumer_after_the_batches_before_it(int depth, int workers)
    {
        var waited = 0L;
        var plan = new Plan(1, (batch, _) => Fail(batch == 2));
        using var pipeline = new BatchPipeline(0, 5, depth, workers, plan);
        for (var index = 0; index < 2; index++)
        {
            using var batch = pipeline.Next(ref waited);
            Assert.Equal(index, batch!.Index);
        }

        Assert.Equal("disk on fire", Assert.Throws<IOException>(() => pipeline.Next(ref waited)).Message);
    }

    [Fact]
    public void Of_several_failures_the_first_of_the_epoch_is_told_whichever_thread_is_faster()
    {
        var waited = 0L;
        using var laterHasFailed = new ManualResetEventSlim();
        var plan = new Plan(4, (_, slot) =>
        {
            if (slot == 1)
            {
                Assert.True(laterHasFailed.Wait(TimeSpan.FromSeconds(10)));
                throw new IOException("first");
            }

            if (slot == 2)
            {
                laterHasFailed.Set();
                throw new IOException("second");
            }
        });
        using var pipeline = new BatchPipeline(0, 5, 2, 3, plan);
        Assert.Equal("first", Assert.Throws<IOException>(() => pipeline.Next(ref waited)).Message);
    }

    [Fact]
    public void What_fails_before_the_first_image_is_told_too()
    {
        var waited = 0L;
        var plan = new Plan(1, (_, _) => { }) { Broken = true };
        using var pipeline = new BatchPipeline(0, 5, 2, 3, plan);
        Assert.Throws<IOException>(() => pipeline.Next(ref waited));
    }

    [Fact]
    public void No_more_batches_are_prepared_than_asked_for()
    {
        using var made = new CountdownEvent(4);
        var waited = 0L;
        var plan = new Plan(2, (_, _) => { });
        plan.HasBegun = () =>
        {
            if (plan.Begun <= 4)
            {
                made.Signal();
            }
        };
        using (var pipeline = new BatchPipeline(0, 100, 3, 2, plan))
        {
            // Three ready, and a fourth in the makers' hands.
            Assert.True(made.Wait(TimeSpan.FromSeconds(10)));
            using var batch = pipeline.Next(ref waited);
        }

        Assert.InRange(plan.Begun, 4, 5);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(5, 7)]
    public void Every_image_is_filled_once_and_batches_come_in_order(int depth, int workers)
    {
        var waited = 0L;
        ConcurrentBag<(int, int)> filled = [];
        var plan = new Plan(3, (batch, slot) => filled.Add((batch, slot)));
        using var pipeline = new BatchPipeline(2, 30, depth, workers, plan);
        for (var index = 2; index < 30; index++)
        {
            using var batch = pipeline.Next(ref waited);
            Assert.Equal(index, batch!.Index);
        }

        Assert.Null(pipeline.Next(ref waited));
        Assert.Equal(
            Enumerable.Range(2, 28).SelectMany(batch => Enumerable.Range(0, 3).Select(slot => (batch, slot))),
            filled.Order());
    }

    [Fact]
    public void The_threads_end_with_the_pipeline_and_give_back_what_they_had()
    {
        using var inHand = new ManualResetEventSlim();
        var plan = new Plan(100, (_, _) => inHand.Set());
        var pipeline = new BatchPipeline(0, 100_000, 3, 4, plan);
        Assert.True(inHand.Wait(TimeSpan.FromSeconds(10)));
        pipeline.Dispose();
        Assert.Equal(0, plan.Fillers);
        var waited = 0L;
        Assert.Throws<ObjectDisposedException>(() => pipeline.Next(ref waited));
    }

    [Fact]
    public void The_end_is_told_again_and_again()
    {
        var waited = 0L;
        using var pipeline = new BatchPipeline(3, 4, 1, 2, new Plan(1, (_, _) => { }));
        pipeline.Next(ref waited)!.Dispose();
        Assert.Null(pipeline.Next(ref waited));
        Assert.Null(pipeline.Next(ref waited));
        Assert.True(waited > 0);
    }

    private static void Fail(bool now)
    {
        if (now)
        {
            throw new IOException("disk on fire");
        }
    }

    /// <summary>Batches of so many images, and what happens when one is filled.</summary>
    private sealed class Plan(int count, Action<int, int> fill) : IBatchPlan
    {
        private int _begun;
        private int _fillers;

        public bool Broken { get; init; }

        public Action HasBegun { get; set; } = () => { };

        public int Begun => _begun;

        /// <summary>Those not disposed.</summary>
        public int Fillers => _fillers;

        public PendingBatch Begin(int index)
        {
            Interlocked.Increment(ref _begun);
            HasBegun();
            return new(index, new(count, Dataset, MemoryFormat.Contiguous));
        }

        public IBatchFiller CreateFiller()
        {
            Fail(Broken);
            Interlocked.Increment(ref _fillers);
            return new Filler(this, fill);
        }

        public Batch Finish(PendingBatch batch) =>
            new(batch.Index, batch.Buffer, count, Device.Cpu, buffer => buffer.Dispose());

        private sealed class Filler(Plan plan, Action<int, int> fill) : IBatchFiller
        {
            public void Fill(PendingBatch batch, int slot) => fill(batch.Index, slot);

            public void Dispose() => Interlocked.Decrement(ref plan._fillers);
        }
    }
}
