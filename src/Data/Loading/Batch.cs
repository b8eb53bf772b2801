using Ocs.Torch;

namespace Ocs.Data;

/// <summary>Images and labels of one training step; disposing gives their memory back to the loader.</summary>
/// <remarks>
/// The tensors belong to the batch: use them until it is disposed, backward pass included, and not longer.
/// </remarks>
public sealed class Batch : IDisposable
{
    private readonly Action<BatchBuffer>? _giveBack;
    private readonly Tensor? _choices;
    private Tensor? _images;
    private Tensor? _labels;
    private BatchBuffer? _buffer;

    /// <param name="index">Which batch of the epoch.</param>
    /// <param name="buffer">Its memory.</param>
    /// <param name="count">Images of the buffer that belong to it: the first.</param>
    /// <param name="device">Where they are wanted.</param>
    /// <param name="giveBack">Takes the memory back.</param>
    internal Batch(int index, BatchBuffer buffer, int count, Device device, Action<BatchBuffer> giveBack)
    {
        (Index, Count, Format, _buffer, _giveBack) = (index, count, buffer.Format, buffer, giveBack);
        if (count < buffer.Count)
        {
            _images = Aten.Narrow(buffer.Images, 0, 0, count);
            _labels = Aten.Narrow(buffer.Labels, 0, 0, count);
        }

        if (device.Kind != DeviceKind.Cpu)
        {
            (_images, _labels) = (Move(_images, buffer.Images, device), Move(_labels, buffer.Labels, device));
        }
    }

    /// <summary>Images that are made on the device when they are asked for.</summary>
    internal Batch(int index, Tensor choices, ResidentImages source, MemoryFormat format) =>
        (Index, Count, Format, _choices, Source) = (index, (int)choices.Shape[1], format, choices, source);

    /// <summary>Which batch of the epoch, from 0.</summary>
    public int Index { get; }

    /// <summary>Number of images, N.</summary>
    public int Count { get; }

    /// <summary>[N, C, H, W], float32, normalized.</summary>
    public Tensor Images => _images ?? (_choices is null ? Buffer.Images : _images = Source!.Images(_choices, Format));

    /// <summary>[N], int64.</summary>
    public Tensor Labels => _labels ?? (_choices is null ? Buffer.Labels : _labels = ResidentImages.Labels(_choices));

    /// <summary>What makes the images on the device; null where the host has made them.</summary>
    internal ResidentImages? Source { get; }

    internal MemoryFormat Format { get; }

    /// <summary>What the batch consists of: its choices, or images and labels.</summary>
    internal Tensor[] Parts => _choices is null ? [Images, Labels] : [_choices];

    private BatchBuffer Buffer => _buffer ?? throw new ObjectDisposedException(nameof(Batch));

    private static Tensor Move(Tensor? part, Tensor whole, Device device)
    {
        using (part)
        {
            return (part ?? whole).To(device);
        }
    }

    public void Dispose()
    {
        _choices?.Dispose();
        _images?.Dispose();
        _labels?.Dispose();
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _giveBack!(buffer);
        }
    }
}
