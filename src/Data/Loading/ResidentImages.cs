using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// A data set's pixels on a device, padded, and what crops, mirrors and normalizes them there by tensor operations of
/// fixed shapes. The random choices are the host's, so that a batch has the same numbers as one that
/// <see cref="Augmenter"/> made.
/// </summary>
internal sealed class ResidentImages : IDisposable
{
    // The rows of a choice: where the image's window starts in the padded pixels, whether it is mirrored, and the
    // class.
    private const int Rows = 3;
    private const long LargestBytes = 1L << 30;
    private readonly ImageDataset _dataset;
    private readonly Augmenter _augmenter;
    private readonly Device _device;
    private readonly int _height;
    private readonly int _width;
    private readonly Tensor _pixels;
    private readonly Tensor _table;
    private Lookup? _lookup;

    public ResidentImages(ImageDataset dataset, AugmentationOptions options, Device device)
    {
        (_dataset, _device, _augmenter) = (dataset, device, new(dataset, options));
        (_height, _width) = (dataset.Height + (2 * options.CropPadding), dataset.Width + (2 * options.CropPadding));
        using Tensor padded = Pad(options.CropPadding);
        _pixels = padded.To(device);
        using Tensor table = Tensor.FromArray(dataset.Normalization.Table(), [dataset.Channels * 256]);
        _table = table.To(device);
    }

    /// <summary>Whether the padded pixels of so many images are few enough for a device: at most a gibibyte.</summary>
    public static bool Fit(int count, int channels, int height, int width, int padding) =>
        (long)count * channels * (height + (2 * padding)) * (width + (2 * padding)) <= LargestBytes;

    /// <summary>The choices of an epoch, [3, N] int64 on the device.</summary>
    /// <param name="order">The images, in the order of their visit.</param>
    /// <param name="seed">Of the epoch's augmentation; each image draws from a stream of its own.</param>
    public Tensor Choose(ReadOnlySpan<int> order, ulong seed)
    {
        long[] choices = new long[Rows * order.Length];
        Rng rng = new(seed);
        for (int i = 0; i < order.Length; i++)
        {
            rng.Reseed(seed + (ulong)order[i]);
            (int top, int left, bool flip) = _augmenter.Draw(rng);
            choices[i] = ((((long)order[i] * _dataset.Channels * _height) + top) * _width) + left;
            choices[order.Length + i] = flip ? 1 : 0;
            choices[(2 * order.Length) + i] = _dataset.Labels[order[i]];
        }

        using Tensor here = Tensor.FromArray(choices, [Rows, order.Length]);
        return here.To(_device);
    }

    /// <summary>The images of choices [3, N], as [N, C, H, W] float32, owned by the caller.</summary>
    public Tensor Images(Tensor choices, MemoryFormat format)
    {
        if (_lookup?.Format != format)
        {
            _lookup?.Dispose();
            _lookup = new(_dataset, _height, _width, format, _device);
        }

        using Tensor starts = Aten.Select(choices, 0, 0);
        using Tensor column = Aten.Unsqueeze(starts, 1);
        using Tensor flips = Aten.Select(choices, 0, 1);
        using Tensor places = Aten.IndexSelect(_lookup.Windows, 0, flips);
        Aten.AddInPlace(places, column);
        using Tensor pixels = Aten.Take(_pixels, places);
        using Tensor entries = Aten.Add(_lookup.Channels, pixels);
        using Tensor values = Aten.Take(_table, entries);
        (long count, long height, long width) = (choices.Shape[1], _dataset.Height, _dataset.Width);
        if (format != MemoryFormat.ChannelsLast)
        {
            return Aten.View(values, [count, _dataset.Channels, height, width]);
        }

        using Tensor last = Aten.View(values, [count, height, width, _dataset.Channels]);
        return Aten.Permute(last, [0, 3, 1, 2]);
    }

    /// <summary>The classes of choices [3, N], as [N] int64, owned by the caller.</summary>
    public static Tensor Labels(Tensor choices) => Aten.Select(choices, 0, 2);

    public void Dispose()
    {
        _pixels.Dispose();
        _table.Dispose();
        _lookup?.Dispose();
    }

    // Zero is black before normalization.
    private Tensor Pad(int padding)
    {
        (int channels, int height, int width) = (_dataset.Channels, _dataset.Height, _dataset.Width);
        Tensor padded = Tensor.Zeros([(long)_dataset.Count * channels * _height * _width], DType.UInt8);
        Span<byte> target = padded.AsSpan<byte>();
        for (int image = 0; image < _dataset.Count; image++)
        {
            ReadOnlySpan<byte> source = _dataset.Image(image);
            for (int row = 0; row < channels * height; row++)
            {
                int plane = (image * channels) + (row / height);
                int start = (((plane * _height) + (row % height) + padding) * _width) + padding;
                source.Slice(row * width, width).CopyTo(target[start..]);
            }
        }

        return padded;
    }

    // Where each value of an image lies, in the order of its memory.
    private sealed class Lookup : IDisposable
    {
        public Lookup(ImageDataset dataset, int paddedHeight, int paddedWidth, MemoryFormat format, Device device)
        {
            Format = format;
            (int channels, int height, int width) = (dataset.Channels, dataset.Height, dataset.Width);
            int length = dataset.ImageLength;
            long[] windows = new long[2 * length];
            long[] tables = new long[length];
            for (int i = 0; i < length; i++)
            {
                (int c, int y, int x) = format == MemoryFormat.ChannelsLast
                    ? (i % channels, i / channels / width, i / channels % width)
                    : (i / (height * width), i / width % height, i % width);
                long row = ((c * paddedHeight) + y) * paddedWidth;
                (windows[i], windows[length + i], tables[i]) = (row + x, row + width - 1 - x, c * 256);
            }

            using Tensor both = Tensor.FromArray(windows, [2, length]);
            using Tensor offsets = Tensor.FromArray(tables, [length]);
            (Windows, Channels) = (both.To(device), offsets.To(device));
        }

        public MemoryFormat Format { get; }

        /// <summary>[2, C * H * W]: places within the window, as they are and mirrored.</summary>
        public Tensor Windows { get; }

        /// <summary>[C * H * W]: where the channel's part of the normalization's table begins.</summary>
        public Tensor Channels { get; }

        public void Dispose()
        {
            Windows.Dispose();
            Channels.Dispose();
        }
    }
}
