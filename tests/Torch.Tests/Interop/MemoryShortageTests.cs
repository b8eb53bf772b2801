using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

/// <summary>A lack of memory is told in words, and with how much was asked for.</summary>
[NoTensorLeaks]
public sealed class MemoryShortageTests
{
    [Fact]
    public void More_memory_than_there_is_is_told_with_its_size()
    {
        var error = Assert.Throws<TorchException>(() => Tensor.Empty([1 << 20, 1 << 20, 1 << 16]));
        Assert.True(error.IsOutOfMemory);
        Assert.EndsWith(": not enough memory for 268,435,456.00 GiB more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_can_be_addressed_is_told_too()
    {
        var error = Assert.Throws<TorchException>(() => Tensor.Empty([long.MaxValue / 2, 4]));
        Assert.True(error.IsOutOfMemory);
        Assert.DoesNotContain("enforce fail", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.69 GiB total capacity)",
        "not enough memory for 2.00 GiB more")]
    [InlineData("std::bad_alloc", "not enough memory")]
    [InlineData("CUDA error: out of memory", "not enough memory")]
    public void A_devices_and_the_languages_own_words_are_known(string message, string words) =>
        Assert.Equal(words, MemoryShortage.Words(message));

    [Fact]
    public void Other_errors_keep_their_words()
    {
        Assert.Null(MemoryShortage.Words("The size of tensor a (3) must match the size of tensor b (4)"));
        using var a = Tensor.Ones([3]);
        using var b = Tensor.Ones([4]);
        Assert.False(Assert.Throws<TorchException>(() => Aten.Add(a, b)).IsOutOfMemory);
    }
}
