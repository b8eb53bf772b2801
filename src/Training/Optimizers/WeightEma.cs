using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// An exponential moving average of a network: a ← decay a + (1 - decay) w after each step, from a copy of the first
/// weights on. Weights, biases, norms and running statistics are averaged, as timm's ModelEma does; counters are
/// copied.
/// </summary>
public sealed class WeightEma : ICuttable, IDisposable
{
    private readonly double _decay;

    /// <summary>Begins with a copy of a network's parameters.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">Its parameters, lent.</param>
    /// <param name="decay">
    /// The fraction of the average that is kept at each step, in (0, 1). 0.999 averages over about 1000 steps.
    /// </param>
    public WeightEma(Graph graph, ParameterTable parameters, double decay)
        : this(parameters.Clone(graph), decay)
    {
    }

    /// <summary>Continues an average, which this object then owns.</summary>
    internal WeightEma(ParameterTable average, double decay) => (Parameters, _decay) = (average, decay);

    /// <summary>
    /// The average as parameters of the same network, owned by this object. A cut replaces the table.
    /// </summary>
    public ParameterTable Parameters { get; private set; }

    /// <summary>Adds the parameters of a step to the average. The host reads nothing back.</summary>
    public void Update(ParameterTable parameters)
    {
        using var _ = Autograd.NoGrad();
        LayAs(parameters);
        var isCounter = parameters.Names.ToLookup(name => parameters.RoleOf(name) == ParameterRole.Counter);
        foreach (var name in isCounter[true])
        {
            Aten.CopyInPlace(Parameters[name], parameters[name]);
        }

        Tensor[] averages = [.. isCounter[false].Select(name => Parameters[name])];
        Aten.ForeachMulInPlace(averages, _decay);
        Aten.ForeachAddInPlace(averages, [.. isCounter[false].Select(name => parameters[name])], 1 - _decay);
    }

    /// <summary>
    /// Converts the average to the layout of the parameters, so that evaluating it gives the same bits whenever the
    /// layout was chosen.
    /// </summary>
    internal void LayAs(ParameterTable parameters)
    {
        using var _ = Autograd.NoGrad();
        foreach (var name in parameters.Names)
        {
            if (MemoryLayout.Laid(Parameters[name], parameters[name]) is { } laid)
            {
                Parameters.Replace(name, laid);
            }
        }
    }

    /// <summary>Cuts the average like the weights.</summary>
    public void Cut(CutPlan plan) => Replace(plan.Apply(Parameters));

    /// <summary>Expands the average to the shapes before a cut, with zeros.</summary>
    public void Expand(CutPlan plan) => Replace(plan.Expand(Parameters));

    /// <summary>Releases the average.</summary>
    public void Dispose() => Parameters.Dispose();

    private void Replace(ParameterTable parameters)
    {
        Parameters.Dispose();
        Parameters = parameters;
    }
}
