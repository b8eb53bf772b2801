using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// Memory that one batch after the other is copied into, so that a captured step finds each at the same place. Where
/// the images are made on the device, only their choices are copied, and making them is part of the step.
/// </summary>
internal sealed class BatchSlot : IDisposable
{
    private readonly ResidentImages? _source;
    private readonly MemoryFormat _format;
    private readonly int _inputs;
    private readonly Tensor[] _parts;

    /// <param name="like">Gives sizes, layout and device.</param>
    public BatchSlot(Batch like)
    {
        (Count, _source, _format, _inputs) = (like.Count, like.Source, like.Format, like.InputCount);
        _parts = [.. like.Parts.Select(part => part.Clone())];
    }

    /// <summary>Samples of a batch that fits, N.</summary>
    public int Count { get; }

    /// <summary>Copies a batch of <see cref="Count"/> samples in.</summary>
    public void Load(Batch batch)
    {
        var parts = batch.Parts;
        for (var i = 0; i < _parts.Length; i++)
        {
            Aten.CopyInPlace(_parts[i], parts[i]);
        }
    }

    /// <summary>The batch that was copied in last, owned by the caller.</summary>
    public Batch Read() => _source is null
        ? new(
            0,
            [.. _parts[.._inputs].Select(part => part.Alias())],
            [.. _parts[_inputs..].Select(part => part.Alias())])
        : new(0, [_source.Images(_parts[0], _format)], [ResidentImages.Labels(_parts[0])]);

    public void Dispose() => Array.ForEach(_parts, part => part.Dispose());
}
