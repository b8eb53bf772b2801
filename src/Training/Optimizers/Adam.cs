using Ocs.Graphs;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// Adam, as PyTorch defines it (Kingma and Ba 2015, arXiv 1412.6980): m ← β1 m + (1 - β1) g; v ← β2 v + (1 - β2) g²;
/// w ← w - rate m̂ / (√v̂ + ε), with m̂ = m / (1 - β1^t) and v̂ = v / (1 - β2^t) at step t, counted from 1. Weight
/// decay is an L2 penalty: g has decay w added. In <see cref="AdamW"/> it is decoupled.
/// </summary>
public class Adam : IOptimizer
{
    private const string FirstName = "exp_avg";
    private const string SecondName = "exp_avg_sq";
    private const string StepName = "step";
    private readonly TrainingOptions _options;
    private readonly Moments _first = new();
    private readonly Moments _second = new();
    private Tensor? _steps;

    /// <summary>An optimiser without state.</summary>
    /// <param name="options">Beta1, beta2, epsilon and weight decay.</param>
    public Adam(TrainingOptions options) => _options = options;

    /// <inheritdoc/>
    public OptimizerState State => _steps is null
        ? new()
        : new()
        {
            Moments = new Dictionary<string, IReadOnlyDictionary<string, Tensor>>
            {
                [FirstName] = _first.Tensors,
                [SecondName] = _second.Tensors,
            },
            Counters = new Dictionary<string, Tensor> { [StepName] = _steps },
        };

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Momentum => _first.Tensors;

    /// <inheritdoc/>
    public void Restore(OptimizerState state)
    {
        state.Require([FirstName, SecondName], [StepName]);
        if (state.Counters.TryGetValue(StepName, out var steps))
        {
            _first.Restore(state.Moments[FirstName]);
            _second.Restore(state.Moments[SecondName]);
            _steps = steps;
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
        _steps ??= Tensor.Zeros([], DType.Float64, tensors.Groups[0].Weights[0].Device);
        Aten.AddInPlace(_steps, 1.0);

        // rate m̂ / (√v̂ + ε) = size m / (√v + offset), so that v need not be divided separately.
        using var left = Missing(_options.Beta1);
        using var gap = Missing(_options.Beta2);
        using var root = Aten.Sqrt(gap);
        using var exactOffset = Aten.Mul(root, _options.Epsilon);
        using var offset = exactOffset.To(DType.Float32);
        using var scaled = Aten.Mul(root, learningRate);
        using var exactSize = Aten.Div(scaled, left);
        using var size = exactSize.To(DType.Float32);
        foreach (var group in tensors.Groups)
        {
            using var groupRate = group.Scaled(learningRate);
            using var groupSize = group.Scaled(size);
            Decay(group, groupRate);
            Step(group, groupSize, offset);
        }

        parameters.ClearGradients();
    }

    /// <inheritdoc/>
    public void Cut(CutPlan plan)
    {
        _first.Cut(plan);
        _second.Cut(plan);
    }

    /// <inheritdoc/>
    public void Expand(CutPlan plan)
    {
        _first.Expand(plan);
        _second.Expand(plan);
    }

    /// <inheritdoc/>
    public void Restart()
    {
        _first.Clear();
        _second.Clear();
        _steps?.Dispose();
        _steps = null;
    }

    /// <summary>Releases the moments and the counters of steps.</summary>
    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _steps?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Applies the weight decay of a group before its step.</summary>
    private protected virtual void Decay(StepGroup group, Tensor learningRate)
    {
        if (group.WeightDecay > 0)
        {
            Aten.ForeachAddInPlace(group.Gradients, group.Weights, group.WeightDecay);
        }
    }

    private void Step(StepGroup group, Tensor size, Tensor offset)
    {
        _first.LayAs(group.Names, group.Weights);
        _second.LayAs(group.Names, group.Weights);
        var (first, second) = (_first.Of(group.Names, group.Weights), _second.Of(group.Names, group.Weights));
        Aten.ForeachMulInPlace(first, _options.Beta1);
        Aten.ForeachAddInPlace(first, group.Gradients, 1 - _options.Beta1);
        Aten.ForeachMulInPlace(second, _options.Beta2);
        Aten.ForeachAddcmulInPlace(second, group.Gradients, group.Gradients, 1 - _options.Beta2);
        var roots = Aten.ForeachSqrt(second);
        Tensor[] steps = [];
        try
        {
            Aten.ForeachAddInPlace(roots, [.. roots.Select(_ => offset)]);
            steps = Aten.ForeachDiv(first, roots);
            Aten.ForeachAddcmulInPlace(group.Weights, steps, [.. steps.Select(_ => size)], -1);
        }
        finally
        {
            Array.ForEach(roots, root => root.Dispose());
            Array.ForEach(steps, step => step.Dispose());
        }
    }

    // The bias correction 1 - beta^t of a moving average that began with 0.
    private Tensor Missing(double beta)
    {
        var power = Aten.Pow(beta, _steps!);
        Aten.MulInPlace(power, -1.0);
        Aten.AddInPlace(power, 1.0);
        return power;
    }
}
