namespace Ocs.Torch.Tests;

/// <summary>Numbers in, numbers out, and who owns them.</summary>
[NoTensorLeaks]
public class TensorTests
{
    [Fact]
    public void Numbers_come_back_as_they_went_in()
    {
        using var floats = Tensor.FromArray([1f, 2f, 3f, 4f, 5f, 6f], [2, 3]);
        using var bytes = Tensor.FromArray(new byte[] { 0, 255 }, [2]);
        using var flags = Tensor.FromArray([true, false], [2]);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], floats.ToArray<float>());
        Assert.Equal([0, 255], bytes.ToArray<byte>());
        Assert.Equal([true, false], flags.ToArray<bool>());
        Assert.Equal([2L, 3L], floats.Shape.ToArray());
        Assert.Equal(
            (2, 6L, DType.Float32, Device.Cpu),
            (floats.Rank, floats.ElementCount, floats.DType, floats.Device));
        Assert.Equal("Float32 [2, 3] cpu", floats.ToString());
    }

    [Fact]
    public void Every_element_type_has_its_net_type()
    {
        Check(1.5);
        Check(1.5f);
        Check((Half)1.5f);
        Check(-7L);
        Check(-7);
        Check((short)-7);
        Check((sbyte)-7);
        Check((byte)7);
        Check(true);

        static void Check<T>(T value)
            where T : unmanaged
        {
            using var tensor = Tensor.FromArray([value, value], [2]);
            Assert.Equal([value, value], tensor.ToArray<T>());
        }
    }

    [Fact]
    public void Filled_tensors_hold_the_number()
    {
        using var zeros = Tensor.Zeros([2], DType.Int64);
        using var ones = Tensor.Ones([2, 1]);
        using var full = Tensor.Full([2], 2.5, DType.Float64);
        Assert.Equal([0L, 0L], zeros.ToArray<long>());
        Assert.Equal([1f, 1f], ones.ToArray<float>());
        Assert.Equal([2.5, 2.5], full.ToArray<double>());
    }

    [Fact]
    public void A_channels_last_tensor_is_read_in_logical_order()
    {
        var values = Enumerable.Range(0, 24).Select(i => (float)i).ToArray();
        using var rowMajor = Tensor.FromArray(values, [1, 2, 3, 4]);
        using var channelsLast = rowMajor.Contiguous(MemoryFormat.ChannelsLast);
        Assert.True(channelsLast.IsContiguous(MemoryFormat.ChannelsLast));
        Assert.False(channelsLast.IsContiguous());
        Assert.Equal(values, channelsLast.ToArray<float>());
        Assert.Throws<TorchException>(() => channelsLast.AsSpan<float>().Length);
    }

    [Fact]
    public void A_view_is_read_in_logical_order()
    {
        using var matrix = Tensor.FromArray([1, 2, 3, 4, 5, 6], [2, 3]);
        using var transposed = Aten.Transpose(matrix, 0, 1);
        Assert.Equal([1, 4, 2, 5, 3, 6], transposed.ToArray<int>());
    }

    [Fact]
    public void A_span_is_the_storage_itself()
    {
        using var tensor = Tensor.Zeros([3]);
        using var same = tensor.Alias();
        tensor.AsSpan<float>()[1] = 5;
        Assert.Equal([0f, 5f, 0f], same.ToArray<float>());
    }

    [Fact]
    public void Item_converts_as_PyTorch_does()
    {
        using var real = Tensor.FromArray([2.75f], []);
        using var whole = Tensor.FromArray([3L], [1]);
        using var flag = Tensor.FromArray([true], []);
        Assert.Equal(2.75, real.Item<double>());
        Assert.Equal(2, real.Item<int>());
        Assert.Equal(3f, whole.Item<float>());
        Assert.Equal(1L, flag.Item<long>());
        Assert.True(flag.Item<bool>());
    }

    [Fact]
    public void Item_of_several_elements_names_the_shape()
    {
        using var two = Tensor.Zeros([2]);
        var exception = Assert.Throws<TorchException>(() => two.Item<float>());
        Assert.StartsWith("item(Float32 [2] cpu): ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_with_another_type_is_an_error_with_the_remedy()
    {
        using var tensor = Tensor.Zeros([2]);
        var exception = Assert.Throws<TorchException>(() => tensor.ToArray<double>());
        Assert.Equal(
            "ToArray<Double>: the tensor holds Float32; convert it with To(DType.Float64) first", exception.Message);
        using var converted = tensor.To(DType.Float64);
        Assert.Equal([0.0, 0.0], converted.ToArray<double>());
    }

    [Fact]
    public void Values_that_do_not_fill_the_shape_are_refused()
    {
        var exception = Assert.Throws<TorchException>(() => Tensor.FromArray([1f, 2f, 3f], [2, 2]));
        Assert.Equal("3 values do not fill a tensor Float32 [2, 2] cpu", exception.Message);
    }

    [Fact]
    public void A_clone_is_apart_and_an_alias_is_not()
    {
        using var tensor = Tensor.Ones([2]);
        using var clone = tensor.Clone();
        using var alias = tensor.Alias();
        Aten.ZeroInPlace(tensor);
        Assert.Equal([1f, 1f], clone.ToArray<float>());
        Assert.Equal([0f, 0f], alias.ToArray<float>());
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        var tensor = Tensor.Ones([2]);
        using var other = Tensor.Ones([2]);
        var shapeUnread = Tensor.Ones([2]);
        Assert.Equal(2, tensor.Shape[0]);
        tensor.Dispose();
        tensor.Dispose();
        shapeUnread.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Aten.Add(other, tensor));
        Assert.Throws<ObjectDisposedException>(() => Aten.Cat([other, tensor], 0));
        Assert.Throws<ObjectDisposedException>(() => Aten.ForeachMulInPlace([other, tensor], 2));
        Assert.Throws<ObjectDisposedException>(() => Autograd.Backward(tensor));
        Assert.Throws<ObjectDisposedException>(tensor.ToArray<float>);
        Assert.Throws<ObjectDisposedException>(() => tensor.RequiresGrad);
        Assert.Throws<ObjectDisposedException>(() => shapeUnread.Rank);
        Assert.Equal("disposed tensor", tensor.ToString());

        // The failed calls let go of what they held: the other tensor still works, and nothing leaks.
        Assert.Equal([1f, 1f], other.ToArray<float>());
    }

    [Fact]
    public void A_tensor_of_many_dimensions_keeps_its_shape()
    {
        using var tensor = Tensor.Zeros([1, 2, 1, 1, 1, 1, 1, 1, 1, 3]);
        Assert.Equal([1, 2, 1, 1, 1, 1, 1, 1, 1, 3], tensor.Shape.ToArray());
        Assert.Equal(6, tensor.ElementCount);
    }

    [Theory]
    [InlineData("cpu", DeviceKind.Cpu, 0)]
    [InlineData("cuda", DeviceKind.Cuda, 0)]
    [InlineData("cuda:3", DeviceKind.Cuda, 3)]
    public void Devices_are_read_as_they_are_written(string text, DeviceKind kind, int index)
        => Assert.Equal(new Device(kind, index), Device.Parse(text));

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    public void What_is_no_device_is_the_users_error(string text)
        => Assert.Contains(
            $"'{text}'", Assert.Throws<OcsInputException>(() => Device.Parse(text)).Message, StringComparison.Ordinal);
}
