using System.Runtime.InteropServices;
using Ocs.Formats.Onnx.Import;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>Numbers of a file, read when they are asked for.</summary>
public class LazyFloatsTests
{
    private static readonly float[] Numbers = [1.5f, -2, 0];

    [Fact]
    public void Who_reads_them_once_reads_the_bytes_of_the_file()
    {
        var bytes = MemoryMarshal.AsBytes<float>(Numbers).ToArray();
        var floats = new LazyFloats(() => bytes);

        Assert.Equal(Numbers, floats.Once);
        Assert.True(MemoryMarshal.AsBytes(floats.Once).Overlaps(bytes));
        Assert.Equal(Numbers, floats.Value);
        Assert.True(floats.Once.Overlaps(floats.Value)); // read already
    }

    [Fact]
    public void What_is_made_is_made_once()
    {
        var made = 0;
        var floats = new LazyFloats(() => [++made]);

        Assert.Equal([1], floats.Once);
        Assert.Same(floats.Value, floats.Value);
        Assert.Equal(1, made);
    }
}
