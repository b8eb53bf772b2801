using Ocs.Torch;

namespace Ocs.Data;

/// <summary>The native memory of one batch, filled again and again.</summary>
internal sealed class BatchBuffer : IDisposable
{
    private readonly Tensor _pixels;

    /// <param name="count">N.</param>
    /// <param name="dataset">For C, H, W.</param>
    /// <param name="format">The order of the images in memory.</param>
    public BatchBuffer(int count, LabelledImages dataset, MemoryFormat format)
    {
        (Count, Format) = (count, format);
        (long channels, long height, long width) = (dataset.Channels, dataset.Height, dataset.Width);
        Labels = Tensor.Empty([count], DType.Int64);
        if (format == MemoryFormat.ChannelsLast)
        {
            _pixels = Tensor.Empty([count, height, width, channels]);
            Images = Aten.Permute(_pixels, [0, 3, 1, 2]);
        }
        else
        {
            _pixels = Tensor.Empty([count, channels, height, width]);
            Images = _pixels.Alias();
        }
    }

    public int Count { get; }

    public MemoryFormat Format { get; }

    /// <summary>[N, C, H, W], whatever the order in memory.</summary>
    public Tensor Images { get; }

    /// <summary>[N], int64.</summary>
    public Tensor Labels { get; }

    /// <summary>The images' memory, image after image.</summary>
    public Span<float> Pixels => _pixels.AsSpan<float>();

    public void Dispose()
    {
        Images.Dispose();
        _pixels.Dispose();
        Labels.Dispose();
    }
}
