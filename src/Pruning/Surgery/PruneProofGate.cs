using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>What the proof of a cut found.</summary>
/// <param name="OutputsEqual">Whether the small network computes what the whole one does with its pruned channels zeroed.</param>
/// <param name="LargestDifference">The largest difference of two outputs, relative to the largest output.</param>
/// <param name="Backward">Whether backward gives every parameter a gradient.</param>
/// <param name="Shapes">Whether the graph and the shapes of its parameters fit together.</param>
/// <param name="Reload">Whether saving and loading changes nothing.</param>
/// <param name="Macs">Whether the multiply-accumulates are as many as the search promised.</param>
/// <param name="Problem">What failed, and at which operator, in a sentence; null where nothing did.</param>
public sealed record GateResult(
    bool OutputsEqual,
    double LargestDifference,
    bool Backward,
    bool Shapes,
    bool Reload,
    bool Macs,
    string? Problem)
{
    /// <summary>What the comparison of outputs took as given: norms whose statistics a cut changes; null where there are none.</summary>
    public string? Note { get; init; }

    /// <summary>Whether what was compared are numbers; false where weights or values of the whole network are NaN or infinite already.</summary>
    public bool IsFinite { get; init; } = true;

    /// <summary>Whether the cut is right.</summary>
    public bool Passed => OutputsEqual && Backward && Shapes && Reload && Macs;
}

/// <summary>
/// The proof that a cut is right, before training goes on: the small network computes what the full one does with the pruned channels
/// zeroed, backward runs, shapes verify, saving and loading changes nothing, and the MACs are what the search promised. Norms that a cut
/// changes (<see cref="Operator.ChangesWhenChannelsLeave"/>) take their statistics over what stays in both networks.
/// </summary>
internal static class PruneProofGate
{
    /// <summary>Largest difference of two outputs, relative to the largest output, that rounding explains.</summary>
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
        CouplingGraph coupling, Subnetwork subnetwork, CutPlan plan, ParameterTable full, ParameterTable cut, Tensor batch,
        long promisedMacs, SaveAndReload? reload = null) =>
        Check(coupling, subnetwork, plan, full, cut, [batch], promisedMacs, reload);

    /// <summary>The same for networks of several inputs, a batch of each in the order of the input nodes.</summary>
    public static GateResult Check(
        CouplingGraph coupling, Subnetwork subnetwork, CutPlan plan, ParameterTable full, ParameterTable cut, Tensor[] batch,
        long promisedMacs, SaveAndReload? reload = null)
    {
        try
        {
            GraphVerifier.Verify(plan.After);
        }
        catch (OcsInputException error)
        {
            return new(false, double.NaN, false, false, false, false, error.Message);
        }

        if (plan.After.Parameters.FirstOrDefault(spec => !cut[spec.Name].Shape.SequenceEqual(spec.Shape.AsSpan())) is { } misshapen)
        {
            return new(
                false, double.NaN, false, false, false, false,
                $"Parameter '{misshapen.Name}' of the cut network has shape [{string.Join(", ", cut[misshapen.Name].Shape.ToArray())}], but the cut graph says {NodeShapes.Show(misshapen.Shape)}.");
        }

        using var zeroed = plan.Zeroed(full);
        var (reference, changed) = KeptStatistics.Apply(coupling, subnetwork, plan);
        double difference;
        using (Autograd.NoGrad())
        {
            difference = RelativeDifference(reference, zeroed, plan.After, cut, batch);
        }

        var equal = difference <= Tolerance;
        var notFinite = equal ? null : FirstNotFinite(reference, full, zeroed, batch);
        var problem = equal ? null : notFinite ?? FirstDifference(coupling, subnetwork, reference, plan.After, zeroed, cut, batch);
        var backward = BackwardRuns(plan.After, cut, batch, ref problem);
        var reloaded = reload is null || !equal || SurvivesReload(plan.After, cut, batch, reload, ref problem);
        var macs = plan.After.Macs == promisedMacs;
        if (!macs)
        {
            problem ??= $"The cut network has {plan.After.Macs:N0} MACs, but the search promised {promisedMacs:N0}.";
        }

        return new(equal, difference, backward, Shapes: true, reloaded, macs, problem) { Note = NoteOf(changed), IsFinite = notFinite is null };
    }

    private static string? NoteOf(ImmutableArray<string> changed) => changed switch
    {
        [] => null,
        [var only] => $"Zeroed channels would count in the norm '{only}', so the full network's took its statistics over the kept ones.",
        _ => $"Zeroed channels would count in {changed.Length} norms ('{changed[0]}' first), so the full network's took their statistics over the kept ones.",
    };

    private static double RelativeDifference(Graph graphA, ParameterTable a, Graph graphB, ParameterTable b, Tensor[] batch)
    {
        // Weights that lie in memory in another way are run by other kernels, which round differently.
        var outputsA = new Executor(graphA, a) { MemoryFormat = MemoryFormat.Contiguous }.ForwardAll(batch, training: false);
        try
        {
            var outputsB = new Executor(graphB, b) { MemoryFormat = MemoryFormat.Contiguous }.ForwardAll(batch, training: false);
            try
            {
                // Linq's Max would leave out what is not a number.
                return outputsA.Zip(outputsB, RelativeDifference).Aggregate(0.0, Math.Max);
            }
            finally
            {
                Release(outputsB);
            }
        }
        finally
        {
            Release(outputsA);
        }
    }

    private static void Release(IEnumerable<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            tensor.Dispose();
        }
    }

    private static double RelativeDifference(Tensor a, Tensor b)
    {
        if (!a.Shape.SequenceEqual(b.Shape))
        {
            return double.PositiveInfinity;
        }

        using var difference = Aten.Sub(a, b);
        using var absolute = Aten.Abs(difference);
        using var largest = Aten.Max(absolute);
        using var magnitudes = Aten.Abs(a);
        using var scale = Aten.Max(magnitudes);
        return largest.Item<double>() / Math.Max(scale.Item<double>(), 1e-12);
    }

    // Only on failure: where the whole network has no numbers that could be compared.
    private static string? FirstNotFinite(Graph reference, ParameterTable full, ParameterTable zeroed, Tensor[] batch)
    {
        if (full.FirstNotFinite is { } name)
        {
            return $"The weights of the network are not finite, '{name}' first.";
        }

        using var _ = Autograd.NoGrad();
        for (var index = 0; index < reference.Nodes.Length; index++)
        {
            using var values = new Executor(reference with { Outputs = [index] }, zeroed).Forward(batch, training: false);
            if (!IsFinite(values))
            {
                return $"The values of the network are not finite from node '{reference.Nodes[index].Name}' on, before anything is cut.";
            }
        }

        return null;
    }

    // Only on failure: runs both networks up to each node in turn, and names the first whose kept coordinates differ.
    private static string FirstDifference(
        CouplingGraph coupling, Subnetwork subnetwork, Graph reference, Graph after, ParameterTable zeroed, ParameterTable cut, Tensor[] batch)
    {
        using var _ = Autograd.NoGrad();
        for (var index = 0; index < reference.Nodes.Length; index++)
        {
            if (reference.Nodes[index].Operator is Graphs.Operators.Input)
            {
                continue;
            }

            ImmutableArray<int> here = [index];
            using var full = new Executor(reference with { Outputs = here }, zeroed).Forward(batch, training: false);
            using var small = new Executor(after with { Outputs = here }, cut).Forward(batch, training: false);
            int[]?[] kept =
            [
                null,
                .. Enumerable.Range(1, Math.Max(0, full.Rank - 1)).Select(dimension => coupling.KeptOf(index, Axis.Output(dimension), subnetwork)),
            ];
            using (var expected = Coordinates.Select(full, kept))
            {
                // Not ">": what is not a number differs too.
                if (!(RelativeDifference(expected, small) <= Tolerance))
                {
                    var node = reference.Nodes[index];
                    return $"The cut network differs from the full one first at node '{node.Name}' ({node.Operator}); the cut was undone.";
                }
            }
        }

        return "The outputs differ, though no node does.";
    }

    private static bool BackwardRuns(Graph graph, ParameterTable parameters, Tensor[] batch, ref string? problem)
    {
        using var scratch = parameters.Clone(graph);
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
                Release(outputs);
            }
        }
        catch (TorchException error)
        {
            problem ??= $"Backward fails in the cut network: {error.Message}";
            return false;
        }

        foreach (var name in scratch.Trainable)
        {
            using var gradient = scratch[name].TakeGradient();
            if (gradient is null)
            {
                problem ??= $"Parameter '{name}' of the cut network gets no gradient.";
                return false;
            }

            if (!IsFinite(gradient))
            {
                problem ??= $"The gradient of parameter '{name}' of the cut network is not finite.";
                return false;
            }
        }

        return true;
    }

    private static bool IsFinite(Tensor tensor)
    {
        using var magnitudes = Aten.Abs(tensor);
        using var largest = Aten.Max(magnitudes);
        return double.IsFinite(largest.Item<double>());
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

    private static bool SurvivesReload(
        Graph graph, ParameterTable parameters, Tensor[] batch, SaveAndReload reload, ref string? problem)
    {
        using var _ = Autograd.NoGrad();
        var (againGraph, again) = reload(graph, parameters);
        using (again)
        {
            var difference = RelativeDifference(graph, parameters, againGraph, again, batch);
            if (difference == 0)
            {
                return true;
            }

            problem ??= $"Saved and loaded again, the cut network's outputs differ by {difference:G3}.";
            return false;
        }
    }
}
