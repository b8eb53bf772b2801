using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Steps;

/// <summary>
/// What a training step does: forward, loss, backward, Eq. 8's gradient, clipping, the optimiser, Eq. 9, the average of the weights, and the
/// sums. It is the same on every device, done at once or captured, and reads nothing from the host but what stays as it is while
/// <see cref="Network"/> and <see cref="Era"/> do.
/// </summary>
/// <param name="network">The network and its weights.</param>
/// <param name="era">The epoch of sparsity learning whose slices the pruner has chosen; negative outside of sparsity learning.</param>
/// <param name="options">Label smoothing, clipping, and how many parts a batch has.</param>
/// <param name="pruner">Null without pruning and after the cut.</param>
/// <param name="optimizer">Changes the weights.</param>
/// <param name="scaler">Of float16, which reads its gradients on the host: such a step can't be captured.</param>
/// <param name="numbers">What goes in and comes out.</param>
/// <param name="clock">Told what was done.</param>
/// <param name="replicas">Who takes the step together; several processes agree on the host, so theirs can't be captured.</param>
internal sealed class StepBody(
    RunningNetwork network, int era, TrainingOptions options, OneCyclePruner? pruner, IOptimizer optimizer, LossScaler? scaler,
    StepNumbers numbers, EpochClock clock, Replicas replicas)
{
    private readonly int _partSize = TrainingBatches.PartSize(options, replicas.Count);

    public RunningNetwork Network => network;

    public int Era => era;

    /// <summary>What all processes do in the next step.</summary>
    public StepShare Share { get; set; }

    /// <summary>Takes the step on a batch of images [N, C, H, W] and labels [N].</summary>
    public void Run(Tensor images, Tensor labels)
    {
        replicas.BeginStep();
        var count = (int)labels.Shape[0];
        if (options.AccumulationSteps == 1 || count <= _partSize)
        {
            AddGradients(images, labels, count, isLast: true);
        }
        else
        {
            AddGradientsInParts(images, labels, count);
        }

        // False where gradients are lost to float16's range: the step is left out.
        var isWhole = scaler?.Unscale(network.Parameters) ?? true;
        clock.Add(TrainingActivity.Backward);
        if (isWhole)
        {
            Learn(sparsity => sparsity.AddPenaltyGradient());
            Change();
            clock.Add(TrainingActivity.Optimizer);
            Learn(sparsity => sparsity.Shrink(numbers.Shrinkage));
            Average();
        }
    }

    private void Change()
    {
        if (options.ClipGradientNorm is { } norm)
        {
            GradientClipping.Apply(network.Parameters, norm);
        }

        optimizer.Step(network.Parameters, numbers.Rate);
    }

    private void Average()
    {
        if (network.Average is { } average)
        {
            average.Update(network.Parameters);
            clock.Add(TrainingActivity.Optimizer);
        }
    }

    // Parts of the same size, as far as the number of images allows: none is so small that a norm has nothing to average.
    private void AddGradientsInParts(Tensor images, Tensor labels, int count)
    {
        var parts = (count + _partSize - 1) / _partSize;
        for (var part = 0; part < parts; part++)
        {
            var (first, end) = ((long)count * part / parts, (long)count * (part + 1) / parts);
            using var someImages = Aten.Narrow(images, 0, first, end - first);
            using var someLabels = Aten.Narrow(labels, 0, first, end - first);
            AddGradients(someImages, someLabels, count, isLast: part == parts - 1);
            clock.Add(TrainingActivity.Backward);
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

    // Of some images of the process's step, or all: what they add to the gradient of the mean loss.
    private void AddGradients(Tensor images, Tensor labels, int ofStep, bool isLast)
    {
        var (logits, loss) = network.Forward(images, labels, options.LabelSmoothing);
        using var _ = logits;
        using var __ = loss;
        numbers.AddCorrect(logits, labels);
        clock.Add(TrainingActivity.Forward);
        Backward(loss, (int)labels.Shape[0], ofStep, isLast);
    }

    private void Backward(Tensor loss, int images, int ofStep, bool isLast)
    {
        var scale = scaler?.Scale ?? 1;
        using var scaled = scaler?.Apply(loss);
        if (replicas.Count == 1)
        {
            numbers.AddLoss(loss, images);
            using var weighted = images == ofStep ? null : Aten.Mul(scaled ?? loss, (double)images / ofStep);
            Autograd.Backward(weighted ?? scaled ?? loss);
        }
        else if (replicas.Backward(scaled ?? loss, images, Share, isLast) is { } mean)
        {
            numbers.AddLoss(mean / scale * Share.Images);
        }
    }
}

/// <summary>What all processes of a run do in a step.</summary>
/// <param name="Images">The images of the whole batch.</param>
/// <param name="IsSaveDue">Whether this process would have the run saved after it.</param>
/// <param name="Stop">Whether this process was asked to stop.</param>
internal readonly record struct StepShare(int Images, bool IsSaveDue, CancellationToken Stop);
