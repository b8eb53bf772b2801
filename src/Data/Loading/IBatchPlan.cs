namespace Ocs.Data;

/// <summary>What the batches of an epoch consist of, for a pipeline to make.</summary>
internal interface IBatchPlan
{
    /// <summary>Memory for a batch; called in order, by one thread at a time.</summary>
    PendingBatch Begin(int index);

    /// <summary>What fills images, for one thread; the pipeline disposes it.</summary>
    IBatchFiller CreateFiller();

    /// <summary>The batch when all of its images are there; for any thread.</summary>
    Batch Finish(PendingBatch batch);
}

/// <summary>Fills images of batches, for one thread.</summary>
internal interface IBatchFiller : IDisposable
{
    /// <summary>Fills one image with its label.</summary>
    void Fill(PendingBatch batch, int slot);
}
