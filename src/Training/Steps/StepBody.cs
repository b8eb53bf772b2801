using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Steps;

/// <summary>
/// What a training step does: forward, loss, backward, Eq. 8's gradient, SGD, Eq. 9, and the sums. It is the same on every device, done
/// at once or captured, and reads nothing from the host but what stays as it is while <see cref="Network"/> and <see cref="Era"/> do.
/// </summary>
/// <param name="network">The network and its weights.</param>
/// <param name="era">A number that differs when the pruner has chosen other slices.</param>
/// <param name="labelSmoothing">Of the loss.</param>
/// <param name="pruner">Null without pruning and after the cut.</param>
/// <param name="optimizer">Changes the weights.</param>
/// <param name="scaler">Of float16, which reads its gradients on the host: such a step can't be captured.</param>
/// <param name="numbers">What goes in and comes out.</param>
/// <param name="clock">Told what was done.</param>
internal sealed class StepBody(
    RunningNetwork network, int era, double labelSmoothing, OneCyclePruner? pruner, Sgd optimizer, LossScaler? scaler, StepNumbers numbers,
    EpochClock clock)
{
    public RunningNetwork Network => network;

    public int Era => era;

    /// <summary>Takes the step on a batch of images [N, C, H, W] and labels [N].</summary>
    public void Run(Tensor images, Tensor labels)
    {
        var (logits, loss) = network.Forward(images, labels, labelSmoothing);
        using var __ = logits;
        using var ___ = loss;
        numbers.Add(logits, loss, labels);
        clock.Add(TrainingActivity.Forward);
        var isWhole = Backward(loss);
        clock.Add(TrainingActivity.Backward);
        if (isWhole)
        {
            pruner?.AddPenaltyGradient();
            clock.Add(TrainingActivity.Sparsity);
            optimizer.Step(network.Parameters, numbers.Rate);
            clock.Add(TrainingActivity.Optimizer);
            pruner?.Shrink(numbers.Shrinkage);
            clock.Add(TrainingActivity.Sparsity);
        }
    }

    // False where gradients are lost to float16's range: the step is left out.
    private bool Backward(Tensor loss)
    {
        if (scaler is null)
        {
            Autograd.Backward(loss);
            return true;
        }

        using var scaled = scaler.Apply(loss);
        Autograd.Backward(scaled);
        return scaler.Unscale(network.Parameters);
    }
}
