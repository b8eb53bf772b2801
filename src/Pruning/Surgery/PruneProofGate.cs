using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>
/// The proof that a cut is right, before training goes on: the small network computes what the full one does with the
/// pruned channels zeroed, backward runs, shapes verify, saving and loading changes nothing, and the MACs are what the
/// search promised. Norms that a cut changes (<see cref="Operator.ChangesWhenChannelsLeave"/>) take their statistics
/// over what stays in both networks.
/// </summary>
internal static class PruneProofGate
{
    /// <summary>
    /// Largest difference of two outputs, relative to the largest output, that is attributed to rounding.
    /// </summary>
    public const double Tolerance = 1e-4;

    /// <summary>Saves a network and loads it again.</summary>
    public delegate (Graph Graph, ParameterTable Parameters) SaveAndReload(Graph graph, ParameterTable parameters);

    /// <summary>Checks a cut on a batch.</summary>
    /// <param name="coupling">The coupling of the full network.</param>
    /// <param name="subnetwork">What was kept.</param>
    /// <param name="plan">The cut.</param>
    /// <param name="full">The parameters before it.</param>
    /// <param name="cut">The parameters after it.</param>
    /// <param name="batch">Images to compare on.</param>
    /// <param name="promisedMacs">What the search counted.</param>
    /// <param name="reload">How to save and load, or null to leave that check out.</param>
    public static GateResult Check(
        CouplingGraph coupling,
        Subnetwork subnetwork,
        CutPlan plan,
        ParameterTable full,
        ParameterTable cut,
        Tensor batch,
        long promisedMacs,
        SaveAndReload? reload = null) =>
        Check(coupling, subnetwork, plan, full, cut, [batch], promisedMacs, reload);

    /// <summary>The same for networks of several inputs, a batch of each in the order of the input nodes.</summary>
    public static GateResult Check(
        CouplingGraph coupling,
        Subnetwork subnetwork,
        CutPlan plan,
        ParameterTable full,
        ParameterTable cut,
        Tensor[] batch,
        long promisedMacs,
        SaveAndReload? reload = null)
    {
        try
        {
            GraphVerifier.Verify(plan.After);
        }
        catch (OcsInputException error)
        {
            return new(false, double.NaN, false, false, false, false, error.Message);
        }

        if (plan.After.Parameters.FirstOrDefault(spec =>
            !cut[spec.Name].Shape.SequenceEqual(spec.Shape.AsSpan())) is { } misshapen)
        {
            return new(
                false, double.NaN, false, false, false, false,
                $"Parameter '{misshapen.Name}' of the cut network has shape "
                + $"[{string.Join(", ", cut[misshapen.Name].Shape.ToArray())}], "
                + $"but the cut graph says {NodeShapes.Show(misshapen.Shape)}.");
        }

        var (reference, changed) = KeptStatistics.Apply(coupling, subnetwork, plan);
        string? problem = null, notFinite = null;
        double difference;
        bool equal, backward, reloaded;
        var outputs = OutputComparison.Outputs(plan.After, cut, batch);
        try
        {
            // The copy of the whole network is gone before backward takes memory.
            using (var zeroed = plan.Zeroed(full))
            {
                difference = OutputComparison.RelativeDifference(reference, zeroed, batch, outputs);
                equal = difference <= Tolerance;
                if (!equal)
                {
                    notFinite = OutputComparison.FirstNotFinite(reference, full, zeroed, batch);
                    problem = notFinite ?? OutputComparison.FirstDifference(
                        coupling, subnetwork, reference, plan.After, zeroed, cut, batch);
                }
            }

            backward = BackwardRuns(plan.After, cut, batch, ref problem);
            reloaded = reload is null || !equal
                || SurvivesReload(plan.After, cut, batch, outputs, reload, ref problem);
        }
        finally
        {
            OutputComparison.Release(outputs);
        }

        var macs = plan.After.Macs == promisedMacs;
        if (!macs)
        {
            problem ??= $"The cut network has {plan.After.Macs:N0} MACs, but the search promised {promisedMacs:N0}.";
        }

        return new(equal, difference, backward, Shapes: true, reloaded, macs, problem)
        {
            Note = NoteOf(changed),
            IsFinite = notFinite is null,
        };
    }

    private static string? NoteOf(ImmutableArray<string> changed) => changed switch
    {
        [] => null,
        [var only] =>
            $"Zeroed channels would count in the norm '{only}', so the full network's took its statistics over the "
            + "kept ones.",
        _ =>
            $"Zeroed channels would count in {changed.Length} norms ('{changed[0]}' first), "
            + "so the full network's took their statistics over the kept ones.",
    };

    private static bool BackwardRuns(Graph graph, ParameterTable parameters, Tensor[] batch, ref string? problem)
    {
        var learning = graph.ParametersWithGradient();
        if (learning.Count == 0)
        {
            return true;
        }

        using var scratch = parameters.Share();
        try
        {
            using var generator = new Generator(0);
            var outputs = new Executor(graph, scratch) { Generator = generator }.ForwardAll(batch, training: true);
            try
            {
                using var sum = SumOfMeans(outputs);
                Autograd.Backward(sum);
            }
            finally
            {
                OutputComparison.Release(outputs);
            }
        }
        catch (TorchException error)
        {
            problem ??= $"Backward fails in the cut network: {error.Message}";
            return false;
        }

        foreach (var name in scratch.Trainable.Where(learning.Contains))
        {
            using var gradient = scratch[name].GetGradient();
            if (gradient is null)
            {
                problem ??= $"Parameter '{name}' of the cut network gets no gradient.";
                return false;
            }

            if (!OutputComparison.IsFinite(gradient))
            {
                problem ??= $"The gradient of parameter '{name}' of the cut network is not finite.";
                return false;
            }
        }

        return true;
    }

    private static Tensor SumOfMeans(IReadOnlyList<Tensor> outputs)
    {
        var sum = Aten.Mean(outputs[0]);
        foreach (var output in outputs.Skip(1))
        {
            using var before = sum;
            using var mean = Aten.Mean(output);
            sum = Aten.Add(before, mean);
        }

        return sum;
    }

    // The outputs are those of the network before it is saved.
    private static bool SurvivesReload(
        Graph graph, ParameterTable parameters, Tensor[] batch, IReadOnlyList<Tensor> outputs, SaveAndReload reload,
        ref string? problem)
    {
        var (againGraph, again) = reload(graph, parameters);
        using (again)
        {
            var difference = OutputComparison.RelativeDifference(againGraph, again, batch, outputs);
            if (difference == 0)
            {
                return true;
            }

            problem ??= $"Saved and loaded again, the cut network's outputs differ by {difference:G3}.";
            return false;
        }
    }
}
