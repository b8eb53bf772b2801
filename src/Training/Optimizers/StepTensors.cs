using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// The trained parameters of a step with their gradients, in lists as libtorch takes them. There is one list, or
/// several if norms and biases do not decay or layers have their own rates. Disposing releases the gradients.
/// </summary>
internal sealed class StepTensors : IDisposable
{
    private readonly Tensor[] _gradients;

    /// <exception cref="InvalidOperationException">A parameter has no gradient.</exception>
    public StepTensors(ParameterTable parameters, TrainingOptions options)
    {
        var names = parameters.Trainable;
        _gradients = Take(parameters, names);
        var rates = LayerRates.Of(names, options.LayerDecay);
        var decaysAll = options.DecayNormsAndBiases || options.WeightDecay == 0;
        var members = Enumerable.Range(0, names.Count)
            .ToLookup(i => (Decays: decaysAll || IsMatrix(parameters, names[i]), Rate: rates[i]));
        Groups =
        [
            .. members.Select(group => new StepGroup(
                [.. group.Select(i => names[i])],
                [.. group.Select(i => parameters[names[i]])],
                [.. group.Select(i => _gradients[i])],
                group.Key.Decays ? options.WeightDecay : 0,
                group.Key.Rate)),
        ];
    }

    /// <summary>Groups of parameters with the same weight decay and the same rate. No group is empty.</summary>
    public IReadOnlyList<StepGroup> Groups { get; }

    public void Dispose() => Array.ForEach(_gradients, gradient => gradient.Dispose());

    // Also position embeddings and class tokens have the role of biases.
    private static bool IsMatrix(ParameterTable parameters, string name) =>
        parameters.RoleOf(name) == ParameterRole.Weight && parameters[name].Rank > 1;

    private static Tensor[] Take(ParameterTable parameters, IReadOnlyList<string> names)
    {
        Tensor?[] gradients = [.. names.Select(name => parameters[name].GetGradient())];
        if (Array.IndexOf(gradients, null) is var lacking and >= 0)
        {
            Array.ForEach(gradients, gradient => gradient?.Dispose());
            throw new InvalidOperationException(
                $"Parameter '{names[lacking]}' has no gradient: run backward before the step.");
        }

        return gradients!;
    }
}

/// <summary>Parameters with the same weight decay and rate.</summary>
/// <param name="Names">Their names.</param>
/// <param name="Weights">Their values, lent.</param>
/// <param name="Gradients">Their gradients, lent.</param>
/// <param name="WeightDecay">Their weight decay.</param>
/// <param name="RateScale">Their factor on the learning rate.</param>
internal sealed record StepGroup(
    string[] Names, Tensor[] Weights, Tensor[] Gradients, double WeightDecay, double RateScale)
{
    /// <summary>
    /// A learning rate, or a value proportional to it, scaled for these parameters; the caller owns it.
    /// </summary>
    public Tensor Scaled(Tensor learningRate) =>
        RateScale == 1 ? learningRate.Alias() : Aten.Mul(learningRate, RateScale);
}
