using Ocs.Data;

namespace Ocs.Training.Steps;

/// <summary>How steps are taken.</summary>
internal interface ITrainingStep : IDisposable
{
    /// <summary>Takes a step on a batch. Returns a message for the user, or null.</summary>
    string? Take(StepBody body, Batch batch);

    /// <summary>Releases everything that belongs to a replaced network.</summary>
    void Forget();
}

/// <summary>Runs each operator at once.</summary>
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
