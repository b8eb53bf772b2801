namespace Ocs.Torch.Tests;

/// <summary>CUDA: what each function says without, and what it does with a device.</summary>
[NoTensorLeaks]
public sealed class CudaTests
{
    [Fact]
    public void Without_CUDA_a_graph_and_memory_say_what_is_missing()
    {
        Assert.Equal(
            "CUDA graph: cpu is not a CUDA device",
            Assert.Throws<TorchException>(() => new CudaGraph(Device.Cpu)).Message);
        if (TorchRuntime.HasCuda)
        {
            return;
        }

        const string Missing = "this libtorch has no CUDA: set LIBTORCH to one that has and build the shim anew";
        Assert.False(CudaGraph.IsSupported);
        Assert.Equal(
            $"CUDA graph: {Missing}", Assert.Throws<TorchException>(() => new CudaGraph(Device.Cuda())).Message);
        Assert.Equal(
            $"CUDA memory: {Missing}", Assert.Throws<TorchException>(() => CudaMemory.Of(Device.Cuda())).Message);
        Assert.Throws<TorchException>(() => CudaMemory.ResetPeak(Device.Cuda()));
        Assert.Throws<TorchException>(CudaMemory.EmptyCache);
    }

    [Theory]
    [InlineData(MatmulPrecision.Highest)]
    [InlineData(MatmulPrecision.High)]
    [InlineData(MatmulPrecision.Medium)]
    public void The_precision_of_products_can_be_set(MatmulPrecision precision)
    {
        var before = TorchRuntime.MatmulPrecision;
        try
        {
            TorchRuntime.MatmulPrecision = precision;
            Assert.Equal(precision, TorchRuntime.MatmulPrecision);
            Assert.Throws<TorchException>(() => TorchRuntime.MatmulPrecision = (MatmulPrecision)3);
        }
        finally
        {
            TorchRuntime.MatmulPrecision = before;
        }
    }

    [Fact]
    public void The_benchmark_of_cudnn_can_be_switched()
    {
        var before = TorchRuntime.CudnnBenchmark;
        try
        {
            TorchRuntime.CudnnBenchmark = true;
            Assert.True(TorchRuntime.CudnnBenchmark);
            TorchRuntime.CudnnBenchmark = false;
            Assert.False(TorchRuntime.CudnnBenchmark);
        }
        finally
        {
            TorchRuntime.CudnnBenchmark = before;
        }
    }

    [CudaFact]
    public void Numbers_go_to_a_device_and_come_back()
    {
        float[] numbers = [1, -2, 3.5f, 0];
        using var here = Tensor.FromArray(numbers, [2, 2]);
        using var there = here.To(Device.Cuda());
        Assert.Equal(Device.Cuda(), there.Device);
        Assert.Equal(numbers, there.ToArray<float>());
        using var sum = Aten.Sum(there);
        Assert.Equal(2.5f, sum.Item<float>());
    }

    [CudaFact]
    public void A_graph_does_its_work_at_each_replay_and_none_when_it_is_captured()
    {
        using var total = Tensor.Zeros([4], device: Device.Cuda());
        using var addend = Tensor.Ones([4], device: Device.Cuda());
        using var graph = new CudaGraph(Device.Cuda());
        graph.WarmUp(Add);
        Assert.Equal([1, 1, 1, 1], total.ToArray<float>());
        graph.Capture(Add);
        Assert.Equal([1, 1, 1, 1], total.ToArray<float>());
        graph.Replay();
        Aten.FillInPlace(addend, 10);
        graph.Replay();
        Assert.Equal([12, 12, 12, 12], total.ToArray<float>());
        graph.Capture(Add);
        graph.Replay();
        Assert.Equal([22, 22, 22, 22], total.ToArray<float>());

        void Add()
        {
            using var doubled = Aten.Add(addend, addend);
            Aten.AddInPlace(total, doubled, 0.5);
        }
    }

    [CudaFact]
    public void Work_that_waits_for_the_device_cannot_be_captured_and_the_device_goes_on()
    {
        using var tensor = Tensor.Ones([4], device: Device.Cuda());
        using var graph = new CudaGraph(Device.Cuda());
        Assert.Throws<TorchException>(() => graph.Capture(() => tensor.ToArray<float>()));
        Assert.Throws<TorchException>(graph.Replay);
        Assert.Equal([1, 1, 1, 1], tensor.ToArray<float>());
    }

    [CudaFact]
    public void Memory_in_use_goes_up_and_back()
    {
        const long Bytes = 64L << 20;
        using (Tensor.Zeros([1], device: Device.Cuda()))
        {
            CudaMemory.ResetPeak(Device.Cuda());
        }

        var before = CudaMemory.Of(Device.Cuda()).InUse;
        using (Tensor.Zeros([Bytes / 4], device: Device.Cuda()))
        {
            Assert.Equal(before + Bytes, CudaMemory.Of(Device.Cuda()).InUse);
        }

        Assert.Equal(before, CudaMemory.Of(Device.Cuda()).InUse);
        Assert.True(CudaMemory.Of(Device.Cuda()).Peak >= before + Bytes);
        CudaMemory.EmptyCache();
    }
}
