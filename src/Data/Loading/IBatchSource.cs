using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// The batches of a data set, epoch after epoch. What a batch holds depends on the seed, the epoch and the position
/// alone, so that a run can be resumed at any step as if it had never stopped.
/// </summary>
public interface IBatchSource : IDisposable
{
    /// <summary>Batches of an epoch, at least 1; all processes of a run have as many.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>Samples of an epoch, in the parts of all processes.</summary>
    int SamplesPerEpoch { get; }

    /// <summary>Samples of a batch, in the parts of all processes.</summary>
    /// <param name="batch">Which batch of the epoch, from 0.</param>
    int SamplesOf(int batch);

    /// <summary>Seconds that the consumer has waited for batches so far; 0 if they are not counted.</summary>
    double WaitSeconds => 0;

    /// <summary>
    /// Says in which layout four-dimensional inputs are wanted from the next epoch on; others are converted when they
    /// are used.
    /// </summary>
    void Prefer(MemoryFormat format)
    {
    }

    /// <summary>The batches of an epoch, in order; the caller disposes each, and may leave early.</summary>
    /// <param name="epoch">Determines the order and the augmentation, with the seed.</param>
    /// <param name="firstBatch">The batch to begin with: the position that a run is resumed from.</param>
    IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0);
}
