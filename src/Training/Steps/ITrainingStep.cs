using Ocs.Data;

namespace Ocs.Training.Steps;

/// <summary>How steps are taken.</summary>
internal interface ITrainingStep : IDisposable
{
    /// <summary>Takes a step on a batch; a sentence for people where something is to be said about it.</summary>
    string? Take(StepBody body, Batch batch);

    /// <summary>Drops what is kept for a network that is no more.</summary>
    void Forget();
}

/// <summary>Each operator when it is asked for.</summary>
internal sealed class EagerStep : ITrainingStep
{
    public string? Take(StepBody body, Batch batch)
    {
        body.Run(batch);
        return null;
    }

    public void Forget()
    {
    }

    public void Dispose()
    {
    }
}
