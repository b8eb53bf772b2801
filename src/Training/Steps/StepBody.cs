using Ocs.Data;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Steps;

/// <summary>
/// The work of a training step: forward, loss, backward, Eq. 8's gradient, clipping, the optimiser, Eq. 9, the average
/// of the weights, and the sums. It is the same on every device, eager or captured. From the host it reads only values
/// that are constant for one <see cref="Network"/> and <see cref="Era"/>.
/// </summary>
/// <param name="run">
/// The network, the optimiser, the options. Several processes exchange data on the host, so their steps cannot be
/// captured.
/// </param>
/// <param name="era">
/// The epoch of sparsity learning whose slices the pruner has chosen; negative outside of sparsity learning.
/// </param>
/// <param name="pruner">Null without pruning and after the cut.</param>
/// <param name="numbers">The numbers that go in and come out.</param>
internal sealed class StepBody(TrainingContext run, int era, OneCyclePruner? pruner, StepNumbers numbers)
{
    private readonly RunningNetwork _network = run.Network;
    private readonly int _partSize = run.PartSize;

    public RunningNetwork Network => _network;

    public int Era => era;

    /// <summary>The shares of all processes in the next step.</summary>
    public StepShare Share { get; set; }

    /// <summary>Takes the step on a batch.</summary>
    public void Run(Batch batch)
    {
        run.Replicas.BeginStep();
        if (run.Training.AccumulationSteps == 1 || batch.Count <= _partSize)
        {
            AddGradients(batch, batch.Count, isLast: true);
        }
        else
        {
            AddGradientsInParts(batch);
        }

        // False if gradients overflowed in float16: the step is skipped.
        var isWhole = run.Scaler?.Unscale(_network.Parameters) ?? true;
        run.Clock.Add(TrainingActivity.Backward);
        if (isWhole)
        {
            Learn(sparsity => sparsity.AddPenaltyGradient());
            Change();
            run.Clock.Add(TrainingActivity.Optimizer);
            Learn(sparsity => sparsity.Shrink(numbers.Shrinkage, run.Optimizer.Momentum, _network.AverageTensors));
            Average();
        }
    }

    private void Change()
    {
        if (run.Training.ClipGradientNorm is { } norm)
        {
            GradientClipping.Apply(_network.Parameters, norm);
        }

        run.Optimizer.Step(_network.Parameters, numbers.Rate);
    }

    private void Average()
    {
        if (_network.Average is { } average)
        {
            average.Update(_network.Parameters);
            run.Clock.Add(TrainingActivity.Optimizer);
        }
    }

    // Parts have about the same size, so that none is too small for the averages of a norm.
    private void AddGradientsInParts(Batch batch)
    {
        var parts = (batch.Count + _partSize - 1) / _partSize;
        for (var part = 0; part < parts; part++)
        {
            var (first, end) = ((long)batch.Count * part / parts, (long)batch.Count * (part + 1) / parts);
            using var some = batch.Part(first, end - first);
            AddGradients(some, batch.Count, isLast: part == parts - 1);
            run.Clock.Add(TrainingActivity.Backward);
        }
    }

    private void Learn(Action<OneCyclePruner> sparsity)
    {
        if (era >= 0)
        {
            sparsity(pruner!);
            run.Clock.Add(TrainingActivity.Sparsity);
        }
    }

    // Adds to the gradient of the mean loss what some or all samples of the process's step contribute.
    private void AddGradients(Batch batch, int ofStep, bool isLast)
    {
        var (outputs, loss) = _network.Forward(batch, run.Task, run.Distiller);
        try
        {
            numbers.AddScore(run.Task, outputs, batch);
            run.Clock.Add(TrainingActivity.Forward);
            Backward(loss, batch.Count, ofStep, isLast);
        }
        finally
        {
            outputs.Release();
            loss.Dispose();
        }
    }

    private void Backward(Tensor loss, int samples, int ofStep, bool isLast)
    {
        var scale = run.Scaler?.Scale ?? 1;
        using var scaled = run.Scaler?.Apply(loss);
        if (run.Replicas.Count == 1)
        {
            numbers.AddLoss(loss, samples);
            using var weighted = samples == ofStep ? null : Aten.Mul(scaled ?? loss, (double)samples / ofStep);
            Autograd.Backward(weighted ?? scaled ?? loss);
        }
        else if (run.Replicas.Backward(scaled ?? loss, samples, Share, isLast) is { } mean)
        {
            numbers.AddLoss(mean / scale * Share.Samples);
        }
    }
}

/// <summary>The shares of all processes of a run in a step.</summary>
/// <param name="Samples">The samples of the whole batch.</param>
/// <param name="IsSaveDue">Whether this process asks for a checkpoint after it.</param>
/// <param name="Stop">Whether this process was asked to stop.</param>
internal readonly record struct StepShare(int Samples, bool IsSaveDue, CancellationToken Stop);
