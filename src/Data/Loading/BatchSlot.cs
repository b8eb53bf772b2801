using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// Memory that one batch after the other is copied into, so that a captured step finds each at the same place. Where the images are made
/// on the device, only their choices are copied, and making them is part of the step.
/// </summary>
public sealed class BatchSlot : IDisposable
{
    private readonly ResidentImages? _source;
    private readonly MemoryFormat _format;
    private readonly Tensor[] _parts;

    /// <param name="like">Gives size, layout and device.</param>
    public BatchSlot(Batch like)
    {
        (Count, _source, _format) = (like.Count, like.Source, like.Format);
        _parts = [.. like.Parts.Select(part => part.Clone())];
    }

    /// <summary>Images of a batch that fits, N.</summary>
    public int Count { get; }

    /// <summary>Copies a batch of <see cref="Count"/> images in.</summary>
    public void Load(Batch batch)
    {
        for (int i = 0; i < _parts.Length; i++)
        {
            Aten.CopyInPlace(_parts[i], batch.Parts[i]);
        }
    }

    /// <summary>The images [N, C, H, W] and labels [N] of the batch that was copied in last, owned by the caller.</summary>
    public (Tensor Images, Tensor Labels) Read() => _source is null
        ? (_parts[0].Alias(), _parts[1].Alias())
        : (_source.Images(_parts[0], _format), ResidentImages.Labels(_parts[0]));

    public void Dispose() => Array.ForEach(_parts, part => part.Dispose());
}
