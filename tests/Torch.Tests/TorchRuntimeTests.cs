using System.Runtime.InteropServices;
using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests;

/// <summary>Random numbers, threads and the count of live tensors.</summary>
[NoTensorLeaks]
public class TorchRuntimeTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        TorchRuntime.Seed(7);
        var first = Numbers();
        var second = Numbers();
        TorchRuntime.Seed(7);
        Assert.Equal(first, Numbers());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_restored_state_repeats_the_numbers()
    {
        TorchRuntime.Seed(11);
        Numbers();
        var state = TorchRuntime.GetRngState();
        var expected = Numbers();
        Numbers();
        TorchRuntime.SetRngState(state);
        Assert.Equal(expected, Numbers());
    }

    [Fact]
    public void Random_numbers_lie_where_they_should()
    {
        TorchRuntime.Seed(3);
        using var tensor = Tensor.Empty([10000]);
        Aten.UniformInPlace(tensor, 2, 3);
        Assert.All(tensor.ToArray<float>(), value => Assert.InRange(value, 2f, 3f));
        Aten.NormalInPlace(tensor, 5, 0.1);
        Assert.InRange(tensor.ToArray<float>().Average(), 4.99f, 5.01f);
        Aten.FillInPlace(tensor, 4);
        using var source = Tensor.FromArray([6f], [1]);
        using var head = Aten.Narrow(tensor, 0, 0, 1);
        Aten.CopyInPlace(head, source);
        Assert.Equal([6f, 4f], tensor.ToArray<float>()[..2]);
    }

    [Fact]
    public void The_count_of_live_tensors_goes_up_and_back()
    {
        var before = TorchRuntime.LiveTensors;
        var tensor = Tensor.Zeros([1]);
        var alias = tensor.Alias();
        Assert.Equal(before + 2, TorchRuntime.LiveTensors);
        tensor.Dispose();
        alias.Dispose();
        Assert.Equal(before, TorchRuntime.LiveTensors);
    }

    [Fact]
    public void A_test_that_leaks_a_tensor_fails()
    {
        var attribute = new NoTensorLeaksAttribute();
        var method = typeof(TorchRuntimeTests).GetMethod(nameof(A_test_that_leaks_a_tensor_fails))!;
        attribute.Before(method);
        var leaked = Tensor.Zeros([1]);
        var exception = Assert.Throws<InvalidOperationException>(() => attribute.After(method));
        leaked.Dispose();
        attribute.After(method);
        Assert.Contains(
            nameof(A_test_that_leaks_a_tensor_fails) + " left 1 tensors", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_start_at_the_number_of_cores_and_can_be_set()
    {
        var threads = TorchRuntime.Threads;
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OMP_NUM_THREADS")))
        {
            Assert.Equal(Environment.ProcessorCount, threads);
        }

        try
        {
            TorchRuntime.Threads = 1;
            Assert.Equal(1, TorchRuntime.Threads);
            var elsewhere = 0;
            var thread = new Thread(() => elsewhere = TorchRuntime.Threads);
            thread.Start();
            thread.Join();
            Assert.Equal(1, elsewhere);

            // What the runtime does at the first call of each native function.
            Torch.Interop.LibtorchResolver.Resolve(Torch.Interop.NativeMethods.Library, typeof(Tensor).Assembly, null);
            Assert.Equal(1, TorchRuntime.Threads);
        }
        finally
        {
            TorchRuntime.Threads = threads;
        }
    }

    [Fact]
    public void Threads_stay_as_set_when_another_native_function_is_looked_up()
    {
        var threads = TorchRuntime.Threads;
        try
        {
            TorchRuntime.Threads = 1;
            // What the runtime does at the first call of each function.
            Assert.NotEqual(0, NativeLibrary.Load(NativeMethods.Library, typeof(Tensor).Assembly, searchPath: null));
            Assert.Equal(1, TorchRuntime.Threads);
        }
        finally
        {
            TorchRuntime.Threads = threads;
        }
    }

    [Fact]
    public void The_version_is_one_that_the_shim_builds_with()
        => Assert.True(Version.Parse(TorchRuntime.Version.Split('+')[0]) >= new Version(1, 13));

    [Fact]
    public void Without_CUDA_a_CUDA_tensor_is_an_error_that_names_the_operator()
    {
        Assert.Equal(TorchRuntime.HasCuda, TorchRuntime.CudaDevices > 0);
        if (!TorchRuntime.HasCuda)
        {
            var exception = Assert.Throws<TorchException>(() => Tensor.Zeros([1], device: Device.Cuda()));
            Assert.StartsWith("aten::zeros([1], Float32, none, cuda:0): ", exception.Message, StringComparison.Ordinal);
        }
    }

    private static float[] Numbers()
    {
        using var tensor = Tensor.Empty([5]);
        Aten.NormalInPlace(tensor);
        return tensor.ToArray<float>();
    }
}
