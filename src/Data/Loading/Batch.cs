using Ocs.Torch;

namespace Ocs.Data;

/// <summary>Images and labels of one training step; disposing gives their memory back to the loader.</summary>
/// <remarks>
/// The tensors belong to the batch: use them until it is disposed, backward pass included, and not longer.
/// </remarks>
public sealed class Batch : IDisposable
{
    private readonly Action<BatchBuffer>? _giveBack;
    private readonly Tensor? _images;
    private readonly Tensor? _labels;
    private BatchBuffer? _buffer;

    internal Batch(int index, BatchBuffer buffer, Device device, Action<BatchBuffer> giveBack)
    {
        (Index, Count, _buffer, _giveBack) = (index, buffer.Count, buffer, giveBack);
        if (device.Kind != DeviceKind.Cpu)
        {
            _images = buffer.Images.To(device);
            _labels = buffer.Labels.To(device);
        }
    }

    /// <summary>Which batch of the epoch, from 0.</summary>
    public int Index { get; }

    /// <summary>Number of images, N.</summary>
    public int Count { get; }

    /// <summary>[N, C, H, W], float32, normalized.</summary>
    public Tensor Images => _images ?? Buffer.Images;

    /// <summary>[N], int64.</summary>
    public Tensor Labels => _labels ?? Buffer.Labels;

    private BatchBuffer Buffer => _buffer ?? throw new ObjectDisposedException(nameof(Batch));

    public void Dispose()
    {
        _images?.Dispose();
        _labels?.Dispose();
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _giveBack!(buffer);
        }
    }
}
