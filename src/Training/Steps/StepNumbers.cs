using Ocs.Data;
using Ocs.Tasks;
using Ocs.Torch;

namespace Ocs.Training.Steps;

/// <summary>
/// The numbers that go into a step and come out of it, as tensors on the device: the host neither waits for a step nor
/// is part of it.
/// </summary>
internal sealed class StepNumbers(Device device) : IDisposable
{
    private readonly Tensor _lossSum = Tensor.Zeros([], DType.Float64, device);
    private readonly Tensor _score = Tensor.Zeros([], DType.Float64, device);

    /// <summary>The learning rate, [].</summary>
    public Tensor Rate { get; } = Tensor.Zeros([], DType.Float32, device);

    /// <summary>What Eq. 9 adds to the factor 1, [].</summary>
    public Tensor Shrinkage { get; } = Tensor.Zeros([], DType.Float32, device);

    /// <summary>Sets what the next step takes.</summary>
    public void Set(double rate, double shrinkage)
    {
        Aten.FillInPlace(Rate, rate);
        Aten.FillInPlace(Shrinkage, shrinkage);
    }

    /// <summary>Adds a batch's loss, the mean over so many samples.</summary>
    public void AddLoss(Tensor loss, int samples)
    {
        using var _ = Autograd.NoGrad();
        using var mean = loss.Detach();
        Aten.AddInPlace(_lossSum, mean, samples);
    }

    /// <summary>Adds a batch's loss, a sum over its samples that the host knows.</summary>
    public void AddLoss(double sum) => Aten.AddInPlace(_lossSum, sum);

    /// <summary>Adds what the task counts of a batch, where it counts anything.</summary>
    public void AddScore(ITask task, IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var _ = Autograd.NoGrad();
        using var score = task.Score(outputs, batch);
        if (score is not null)
        {
            Aten.AddInPlace(_score, score);
        }
    }

    /// <summary>
    /// The sums since the last <see cref="Begin"/>, with those that it began from; waits for the device.
    /// </summary>
    public (double LossSum, double Score) Read() => (_lossSum.Item<double>(), _score.Item<double>());

    /// <summary>Sets what the sums go on from: 0 at the start of an epoch.</summary>
    public void Begin(double lossSum, double score)
    {
        Aten.FillInPlace(_lossSum, lossSum);
        Aten.FillInPlace(_score, score);
    }

    public void Dispose()
    {
        _lossSum.Dispose();
        _score.Dispose();
        Rate.Dispose();
        Shrinkage.Dispose();
    }
}
