using Ocs.Data;
using Ocs.Tasks;
using Ocs.Torch;

namespace Ocs.Training.Steps;

/// <summary>
/// The numbers that go into a step and come out of it, as tensors on the device, so that the host need not wait for a
/// step.
/// </summary>
internal sealed class StepNumbers(Device device) : IDisposable
{
    private readonly Tensor _lossSum = Tensor.Zeros([], DType.Float64, device);
    private readonly Tensor _score = Tensor.Zeros([], DType.Float64, device);

    /// <summary>The learning rate, [].</summary>
    public Tensor Rate { get; } = Tensor.Zeros([], DType.Float32, device);

    /// <summary>The addend of Eq. 9 to the factor 1, [].</summary>
    public Tensor Shrinkage { get; } = Tensor.Zeros([], DType.Float32, device);

    /// <summary>Sets the numbers of the next step.</summary>
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

    /// <summary>Adds the loss of a batch, a sum over its samples that is known on the host.</summary>
    public void AddLoss(double sum) => Aten.AddInPlace(_lossSum, sum);

    /// <summary>Adds the task's count for a batch, if it counts anything.</summary>
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
    /// The sums since the last <see cref="Begin"/>, including its start values. Synchronizes the device.
    /// </summary>
    public (double LossSum, double Score) Read() => (_lossSum.Item<double>(), _score.Item<double>());

    /// <summary>Sets the start values of the sums: 0 at the start of an epoch.</summary>
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
