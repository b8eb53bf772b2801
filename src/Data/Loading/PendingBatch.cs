namespace Ocs.Data;

/// <summary>A batch that is being filled, image by image, by one thread or several.</summary>
/// <param name="index">Which batch of the epoch.</param>
/// <param name="buffer">Its memory.</param>
internal sealed class PendingBatch(int index, BatchBuffer buffer)
{
    public int Index { get; } = index;

    public BatchBuffer Buffer { get; } = buffer;

    /// <summary>Whether each image was left out because it is broken; written by whoever fills it.</summary>
    public bool[] Skipped { get; } = new bool[buffer.Count];

    /// <summary>Images given out to be filled; guarded by the pipeline.</summary>
    public int Taken { get; set; }

    /// <summary>Images filled; guarded by the pipeline.</summary>
    public int Filled { get; set; }

    /// <summary>The whole batch; guarded by the pipeline.</summary>
    public Batch? Ready { get; set; }

    /// <summary>Gives back the memory of a batch that nobody will use.</summary>
    public void Drop()
    {
        if (Ready is not null)
        {
            Ready.Dispose();
        }
        else
        {
            Buffer.Dispose();
        }
    }
}
