using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Steps;

/// <summary>
/// What a training step does: forward, loss, backward, Eq. 8's gradient, SGD, Eq. 9, and the sums. It is the same on every device, done
/// at once or captured, and reads nothing from the host but what stays as it is while <see cref="Network"/> and <see cref="Era"/> do.
/// </summary>
/// <param name="network">The network and its weights.</param>
/// <param name="era">The epoch of sparsity learning whose slices the pruner has chosen; negative outside of sparsity learning.</param>
/// <param name="labelSmoothing">Of the loss.</param>
/// <param name="pruner">Null without pruning and after the cut.</param>
/// <param name="optimizer">Changes the weights.</param>
/// <param name="scaler">Of float16, which reads its gradients on the host: such a step can't be captured.</param>
/// <param name="numbers">What goes in and comes out.</param>
/// <param name="clock">Told what was done.</param>
/// <param name="replicas">Who takes the step together; several processes agree on the host, so theirs can't be captured.</param>
internal sealed class StepBody(
    RunningNetwork network, int era, double labelSmoothing, OneCyclePruner? pruner, Sgd optimizer, LossScaler? scaler, StepNumbers numbers,
    EpochClock clock, Replicas replicas)
{
    public RunningNetwork Network => network;

    public int Era => era;

    /// <summary>What all processes do in the next step.</summary>
    public StepShare Share { get; set; }

    /// <summary>Takes the step on a batch of images [N, C, H, W] and labels [N].</summary>
    public void Run(Tensor images, Tensor labels)
    {
        replicas.BeginStep();
        var (logits, loss) = network.Forward(images, labels, labelSmoothing);
        using var __ = logits;
        using var ___ = loss;
        numbers.AddCorrect(logits, labels);
        clock.Add(TrainingActivity.Forward);
        var isWhole = Backward(loss, (int)labels.Shape[0]);
        clock.Add(TrainingActivity.Backward);
        if (isWhole)
        {
            Learn(sparsity => sparsity.AddPenaltyGradient());
            optimizer.Step(network.Parameters, numbers.Rate);
            clock.Add(TrainingActivity.Optimizer);
            Learn(sparsity => sparsity.Shrink(numbers.Shrinkage));
        }
    }

    private void Learn(Action<OneCyclePruner> sparsity)
    {
        if (era >= 0)
        {
            sparsity(pruner!);
            clock.Add(TrainingActivity.Sparsity);
        }
    }

    // False where gradients are lost to float16's range: the step is left out.
    private bool Backward(Tensor loss, int images)
    {
        var scale = scaler?.Scale ?? 1;
        using var scaled = scaler?.Apply(loss);
        if (replicas.Count == 1)
        {
            numbers.AddLoss(loss, images);
            Autograd.Backward(scaled ?? loss);
        }
        else
        {
            numbers.AddLoss(replicas.Backward(scaled ?? loss, images, Share) / scale * Share.Images);
        }

        return scaler?.Unscale(network.Parameters) ?? true;
    }
}

/// <summary>What all processes of a run do in a step.</summary>
/// <param name="Images">The images of the whole batch.</param>
/// <param name="IsSaveDue">Whether this process would have the run saved after it.</param>
/// <param name="Stop">Whether this process was asked to stop.</param>
internal readonly record struct StepShare(int Images, bool IsSaveDue, CancellationToken Stop);
