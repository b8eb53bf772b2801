using Ocs.Graphs;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum, as PyTorch defines it: v ← momentum v + g + decay w; w ← w - rate (v, or
/// with Nesterov g + decay w + momentum v). The first v is the first g + decay w.
/// </summary>
public sealed class Sgd : IOptimizer
{
    private const string MomentumName = "momentum";
    private readonly TrainingOptions _options;
    private readonly Moments _momentum = new();

    /// <summary>An optimiser without state.</summary>
    /// <param name="options">Momentum, Nesterov's form and weight decay.</param>
    public Sgd(TrainingOptions options) => _options = options;

    /// <summary>
    /// v of each parameter, owned by the optimiser. Empty before the first step, and without momentum.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Momentum => _momentum.Tensors;

    /// <inheritdoc/>
    public OptimizerState State => Momentum.Count == 0
        ? new()
        : new() { Moments = new Dictionary<string, IReadOnlyDictionary<string, Tensor>> { [MomentumName] = Momentum } };

    /// <inheritdoc/>
    public void Restore(OptimizerState state)
    {
        state.Require([MomentumName], []);
        if (state.Moments.TryGetValue(MomentumName, out var momentum))
        {
            _momentum.Restore(momentum);
        }
    }

    /// <inheritdoc/>
    public void Step(ParameterTable parameters, double learningRate)
    {
        using var rate = Tensor.Full([], learningRate);
        Step(parameters, rate);
    }

    /// <inheritdoc/>
    public void Step(ParameterTable parameters, Tensor learningRate)
    {
        using var _ = Autograd.NoGrad();
        using var tensors = new StepTensors(parameters, _options);
        foreach (var group in tensors.Groups)
        {
            // Zero at first, so that the first v is g + decay w. None without momentum.
            var velocities = _options.Momentum == 0 ? [] : _momentum.Of(group.Names, group.Gradients);
            using var rate = group.Scaled(learningRate);
            Aten.SgdStepInPlace(
                group.Weights, group.Gradients, velocities, rate, _options.Momentum,
                group.WeightDecay, _options.Nesterov);
        }

        parameters.ClearGradients();
    }

    /// <inheritdoc/>
    public void Cut(CutPlan plan) => _momentum.Cut(plan);

    /// <inheritdoc/>
    public void Expand(CutPlan plan) => _momentum.Expand(plan);

    /// <inheritdoc/>
    public void Restart() => _momentum.Clear();

    /// <summary>Releases the velocities.</summary>
    public void Dispose() => _momentum.Dispose();
}
