using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// The samples of a training step: a tensor for each input of the network, and one for each target of the loss.
/// </summary>
/// <remarks>
/// Dimension 0 of every tensor counts the samples. The tensors belong to the batch: use them until it is disposed,
/// backward pass included, and not longer.
/// </remarks>
public sealed class Batch : IDisposable
{
    private readonly Action<BatchBuffer>? _giveBack;
    private readonly Tensor? _choices;
    private readonly Tensor[]? _inputs;
    private readonly Tensor[]? _targets;
    private Tensor? _images;
    private Tensor? _labels;
    private BatchBuffer? _buffer;

    /// <summary>A batch of any tensors, which it then owns.</summary>
    /// <param name="index">Which batch of the epoch, from 0.</param>
    /// <param name="inputs">[N, ...] each, in the order of the network's inputs; at least one.</param>
    /// <param name="targets">[N, ...] each, as the task's loss takes them.</param>
    /// <exception cref="ArgumentException">
    /// There is no input, or the tensors have different numbers of samples.
    /// </exception>
    public Batch(int index, Tensor[] inputs, Tensor[] targets)
    {
        (Index, _inputs, _targets) = (index, inputs, targets);
        Count = inputs.Length > 0 && inputs[0].Rank > 0 ? (int)inputs[0].Shape[0] : -1;
        if (Count < 0 || inputs.Concat(targets).Any(tensor => tensor.Rank == 0 || tensor.Shape[0] != Count))
        {
            throw new ArgumentException(
                "A batch has at least one input, and as many samples in dimension 0 of every tensor; "
                + $"those of batch {index} are {string.Join(", ", inputs.Concat(targets).Select(Shown))}.");
        }
    }

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

    /// <summary>Number of samples, N.</summary>
    public int Count { get; }

    /// <summary>[N, ...] each, in the order of the network's inputs.</summary>
    public IReadOnlyList<Tensor> Inputs => _inputs ?? [Images];

    /// <summary>[N, ...] each, as the task's loss takes them.</summary>
    public IReadOnlyList<Tensor> Targets => _targets ?? [Labels];

    /// <summary>The first input; of images [N, C, H, W], float32, normalized.</summary>
    public Tensor Images => _inputs?[0] ?? _images
        ?? (_choices is null ? Buffer.Images : _images = Source!.Images(_choices, Format));

    /// <summary>The first target; of classes [N], int64.</summary>
    public Tensor Labels => _targets?[0] ?? _labels
        ?? (_choices is null ? Buffer.Labels : _labels = ResidentImages.Labels(_choices));

    /// <summary>What makes the images on the device; null if the host has made them.</summary>
    internal ResidentImages? Source { get; }

    internal MemoryFormat Format { get; }

    /// <summary>How many of <see cref="Parts"/> are inputs.</summary>
    internal int InputCount => _inputs?.Length ?? 1;

    /// <summary>What the batch consists of: the choices of its images, or inputs and targets.</summary>
    internal Tensor[] Parts => _choices is null ? [.. Inputs, .. Targets] : [_choices];

    private BatchBuffer Buffer => _buffer ?? throw new ObjectDisposedException(nameof(Batch));

    /// <summary>
    /// Some samples that follow each other, as views of this batch's memory; the caller disposes it before this batch.
    /// </summary>
    /// <param name="first">The first sample.</param>
    /// <param name="count">How many.</param>
    public Batch Part(long first, long count) => new(
        Index,
        [.. Inputs.Select(tensor => Aten.Narrow(tensor, 0, first, count))],
        [.. Targets.Select(tensor => Aten.Narrow(tensor, 0, first, count))]);

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Array.ForEach([.. _inputs ?? [], .. _targets ?? []], tensor => tensor.Dispose());
        _choices?.Dispose();
        _images?.Dispose();
        _labels?.Dispose();
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _giveBack!(buffer);
        }
    }

    private static string Shown(Tensor tensor) => $"[{string.Join(", ", tensor.Shape.ToArray())}]";

    private static Tensor Move(Tensor? part, Tensor whole, Device device)
    {
        using (part)
        {
            return (part ?? whole).To(device);
        }
    }
}
