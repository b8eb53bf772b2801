using Ocs.Torch;

namespace Ocs.Training.Steps;

/// <summary>
/// The numbers that go into a step and come out of it, as tensors on the device: the host neither waits for a step nor is part of it.
/// </summary>
internal sealed class StepNumbers(Device device) : IDisposable
{
    private readonly Tensor _lossSum = Tensor.Zeros([], DType.Float64, device);
    private readonly Tensor _correct = Tensor.Zeros([], DType.Int64, device);

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

    /// <summary>Adds a batch's loss, the mean over so many images.</summary>
    public void AddLoss(Tensor loss, int images)
    {
        using var _ = Autograd.NoGrad();
        using var mean = loss.Detach();
        Aten.AddInPlace(_lossSum, mean, images);
    }

    /// <summary>Adds a batch's loss, a sum over its images that the host knows.</summary>
    public void AddLoss(double sum) => Aten.AddInPlace(_lossSum, sum);

    /// <summary>Adds of how many images of a batch the class was found.</summary>
    public void AddCorrect(Tensor logits, Tensor labels)
    {
        using var _ = Autograd.NoGrad();
        using var chosen = Aten.Argmax(logits, 1);
        using var equal = Aten.Eq(chosen, labels);
        using var count = Aten.Sum(equal);
        Aten.AddInPlace(_correct, count);
    }

    /// <summary>The sums since the last <see cref="Begin"/>, with those that it began from; waits for the device.</summary>
    public (double LossSum, long Correct) Read() => (_lossSum.Item<double>(), _correct.Item<long>());

    /// <summary>Sets what the sums go on from: 0 at the start of an epoch.</summary>
    public void Begin(double lossSum, long correct)
    {
        Aten.FillInPlace(_lossSum, lossSum);
        Aten.FillInPlace(_correct, correct);
    }

    public void Dispose()
    {
        _lossSum.Dispose();
        _correct.Dispose();
        Rate.Dispose();
        Shrinkage.Dispose();
    }
}
