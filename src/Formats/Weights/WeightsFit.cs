using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Fits a network to tensors with its names and its shapes, or the shapes of a narrower network.</summary>
internal sealed class WeightsFit(string path, Graph graph, Dictionary<string, Tensor> tensors)
{
    /// <summary>Added to the remedy in a message if the file has other classes than the network.</summary>
    internal const string ClassifierRemedy =
        $", or start with a new classifier by `WeightsOptions.{nameof(WeightsOptions.NewClassifier)}`";

    private const string Remedy = "give the network that they were trained for";

    /// <summary>The network with the shapes of the tensors.</summary>
    /// <exception cref="OcsInputException">The tensors are those of another network.</exception>
    public Graph Apply(WeightsOptions options)
    {
        AddCounters();
        RemoveCopies();
        RequireNames();
        RequireTypes();
        var shapes = tensors.ToDictionary(
            pair => pair.Key, pair => pair.Value.Shape.ToImmutableArray(), StringComparer.Ordinal);
        var other = graph.Parameters.Where(spec => !spec.Shape.SequenceEqual(shapes[spec.Name])).ToList();
        if (other.Count == 0)
        {
            return graph;
        }

        var differences = WeightNames.Few(other.Select(spec =>
            $"'{spec.Name}' is {NodeShapes.Show(shapes[spec.Name])} instead of {NodeShapes.Show(spec.Shape)}"));
        var isOther = !options.NewClassifier && Classifier.HasOtherClasses(graph, tensors);
        var remedy = isOther ? $"{Remedy}{ClassifierRemedy}" : Remedy;
        if (!options.AllowNarrower)
        {
            throw Mismatch(differences, remedy);
        }

        try
        {
            return graph.WithParameterShapes(shapes);
        }
        catch (OcsInputException error)
        {
            throw Mismatch($"{differences}; nor are they of a narrower one: {error.Message.TrimEnd('.')}", remedy);
        }
    }

    // Old files lack the norms' batch counts; some programs store them in another type.
    private void AddCounters()
    {
        foreach (var spec in graph.Parameters.Where(spec => spec.Role == ParameterRole.Counter))
        {
            if (!tensors.TryGetValue(spec.Name, out var count))
            {
                tensors.Add(spec.Name, Tensor.Zeros(spec.Shape.AsSpan(), DType.Int64));
            }
            else if (count.DType != DType.Int64)
            {
                using (count)
                {
                    tensors[spec.Name] = count.To(DType.Int64);
                }
            }
        }
    }

    // PyTorch saves a parameter that two layers share under both names.
    private void RemoveCopies()
    {
        foreach (var node in graph.Nodes.Where(node => node.Parameters.Length > 0))
        {
            var (shared, copy) = (node.Parameters[0], $"{node.Name}.weight");
            if (!graph.HasParameter(copy) && tensors.TryGetValue(shared, out var own)
                && tensors.TryGetValue(copy, out var other) && IsSame(own, other))
            {
                tensors.Remove(copy);
                other.Dispose();
            }
        }
    }

    private static bool IsSame(Tensor one, Tensor other)
    {
        if (one.DType != other.DType || !one.Shape.SequenceEqual(other.Shape))
        {
            return false;
        }

        using var equal = Aten.Eq(one, other);
        using var count = Aten.Sum(equal);
        return count.Item<long>() == one.ElementCount;
    }

    private void RequireNames()
    {
        var missing = graph.Parameters.Select(spec => spec.Name).Where(name => !tensors.ContainsKey(name)).ToList();
        var unexpected = tensors.Keys.Where(name => !graph.HasParameter(name)).ToList();
        string[] differences =
        [
            .. missing.Count > 0 ? [$"missing: {Quoted(missing)}"] : Array.Empty<string>(),
            .. unexpected.Count > 0 ? [$"unexpected: {Quoted(unexpected)}"] : Array.Empty<string>(),
        ];
        if (differences.Length > 0)
        {
            throw Mismatch(string.Join("; ", differences));
        }
    }

    private void RequireTypes()
    {
        var other = graph.Parameters
            .Select(spec => (spec.Name, Needed: spec.Role == ParameterRole.Counter ? DType.Int64 : DType.Float32))
            .Where(spec => tensors[spec.Name].DType != spec.Needed)
            .ToList();
        if (other.Count > 0)
        {
            throw Mismatch(WeightNames.Few(
                other.Select(spec => $"'{spec.Name}' holds {tensors[spec.Name].DType} instead of {spec.Needed}")));
        }
    }

    private static string Quoted(IEnumerable<string> names) => WeightNames.Few(names.Select(name => $"'{name}'"));

    private OcsInputException Mismatch(string differences, string remedy = Remedy) =>
        new($"{path}: these are not the weights of '{graph.Name}' ({differences}); {remedy}.");
}
