using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum, as PyTorch defines it: v ← momentum v + g + decay w; w ← w - rate (v, or with Nesterov
/// g + decay w + momentum v). The first v is the first g + decay w.
/// </summary>
public sealed class Sgd : ICuttable, IDisposable
{
    private readonly TrainingOptions _options;
    private readonly Dictionary<string, Tensor> _momentum = new(StringComparer.Ordinal);

    public Sgd(TrainingOptions options) => _options = options;

    /// <summary>v of each parameter, which the optimiser goes on owning; empty before the first step, and without momentum.</summary>
    public IReadOnlyDictionary<string, Tensor> Momentum => _momentum;

    /// <summary>Takes over a momentum, such as that of a checkpoint.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> momentum)
    {
        foreach (var (name, tensor) in momentum)
        {
            _momentum.Add(name, tensor);
        }
    }

    /// <summary>Changes every trained parameter by its gradient, which is used up.</summary>
    public void Step(ParameterTable parameters, double learningRate)
    {
        using var rate = Tensor.Full([], learningRate);
        Step(parameters, rate);
    }

    /// <summary>The same with the learning rate in a tensor [], float32, on the CPU or where the weights are.</summary>
    public void Step(ParameterTable parameters, Tensor learningRate)
    {
        using var _ = Autograd.NoGrad();
        var names = parameters.Trainable;
        var weights = names.Select(name => parameters[name]).ToArray();
        var gradients = names.Select(name => Gradient(parameters, name)).ToArray();
        try
        {
            Aten.SgdStepInPlace(
                weights, gradients, Velocities(names, gradients), learningRate, _options.Momentum, _options.WeightDecay, _options.Nesterov);
        }
        finally
        {
            Array.ForEach(gradients, gradient => gradient.Dispose());
        }

        parameters.ClearGradients();
    }

    /// <summary>Keeps of the momentum what the cut keeps of the weights.</summary>
    public void Cut(CutPlan plan)
    {
        foreach (var name in _momentum.Keys)
        {
            var cut = plan.Apply(name, _momentum[name]);
            _momentum[name].Dispose();
            _momentum[name] = cut;
        }
    }

    /// <summary>Gives the momentum the shapes before a cut, zero where it has none.</summary>
    public void Expand(CutPlan plan)
    {
        foreach (var name in _momentum.Keys)
        {
            var expanded = plan.Expand(name, _momentum[name]);
            _momentum[name].Dispose();
            _momentum[name] = expanded;
        }
    }

    /// <summary>Forgets all momentum.</summary>
    public void Restart()
    {
        Dispose();
        _momentum.Clear();
    }

    public void Dispose()
    {
        foreach (var momentum in _momentum.Values)
        {
            momentum.Dispose();
        }
    }

    // Zero at first, which makes the first v what it must be; none without momentum.
    private Tensor[] Velocities(IReadOnlyList<string> names, Tensor[] gradients)
    {
        if (_options.Momentum == 0)
        {
            return [];
        }

        var velocities = new Tensor[gradients.Length];
        for (var i = 0; i < velocities.Length; i++)
        {
            if (!_momentum.TryGetValue(names[i], out var velocity))
            {
                velocity = gradients[i].Clone();
                Aten.ZeroInPlace(velocity);
                _momentum.Add(names[i], velocity);
            }

            velocities[i] = velocity;
        }

        return velocities;
    }

    private static Tensor Gradient(ParameterTable parameters, string name) => parameters[name].TakeGradient()
        ?? throw new InvalidOperationException($"Parameter '{name}' has no gradient: run backward before the step.");
}
