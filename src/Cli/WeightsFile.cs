using System.Collections.Immutable;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli;

/// <summary>A network with the weights of a file, which the caller owns, and what a person should know of them.</summary>
/// <param name="Graph">The network, or a narrower one that the weights are of.</param>
/// <param name="Parameters">The weights.</param>
/// <param name="Remarks">A sentence each.</param>
internal sealed record FittedWeights(Graph Graph, ParameterTable Parameters, ImmutableArray<string> Remarks)
{
    public void Deconstruct(out Graph graph, out ParameterTable parameters) => (graph, parameters) = (Graph, Parameters);
}

/// <summary>Reads weights of any kind of file that is known, and fits them to a network or the network to them.</summary>
internal static class WeightsFile
{
    private const string Remedy = "give the network that they were trained for";

    /// <summary>
    /// The network with the weights of a file. Where <paramref name="mayNarrow"/> and the file's tensors have the network's names
    /// with fewer channels, it is the narrower network that they are of. The caller owns the parameters.
    /// </summary>
    /// <param name="file">The file, and behind a colon the key of a checkpoint to take them from, if one is meant.</param>
    /// <param name="graph">The network that its names are of.</param>
    /// <param name="mayNarrow">Whether fewer channels are a narrower network, or an error.</param>
    /// <param name="classifier">What becomes of the last layer.</param>
    /// <param name="seed">Where a new last layer is drawn from.</param>
    public static FittedWeights Open(
        string file,
        Graph graph,
        bool mayNarrow,
        ClassifierWeights classifier = ClassifierWeights.FromFile,
        ulong seed = 0)
    {
        var (path, key) = Split(file);
        var (tensors, remarks) = ReadTensors(path, key);
        try
        {
            remarks = remarks.AddRange(WeightNames.Fit(path, graph, tensors));
            if (classifier == ClassifierWeights.Reset)
            {
                Classifier.Forget(graph, tensors);
            }

            FixCounters(graph, tensors);
            RequireSameNames(path, graph, tensors);
            var remedy = classifier == ClassifierWeights.FromFileOrReset && Classifier.HasOtherClasses(graph, tensors)
                ? $"{Remedy}, or start with a new classifier by --reset-classifier (reset-classifier: true)"
                : Remedy;
            graph = FitShapes(path, graph, tensors, mayNarrow, remedy);
            var parameters = ParameterTable.FromTensors(graph, tensors);
            if (classifier == ClassifierWeights.Reset)
            {
                Classifier.Draw(graph, parameters, seed);
            }

            return new(graph, parameters, remarks);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    // A colon may be part of a file's name.
    private static (string Path, string? Key) Split(string file) =>
        file.LastIndexOf(':') is > 0 and var colon && !File.Exists(file) && File.Exists(file[..colon])
            ? (file[..colon], file[(colon + 1)..])
            : (file, null);

    private static (Dictionary<string, Tensor> Tensors, ImmutableArray<string> Remarks) ReadTensors(string path, string? key)
    {
        var read = WeightsReader.Read(path, key);
        ImmutableArray<string> remarks = read.OtherKeys.IsEmpty
            ? []
            : [$"{path} holds weights under several keys; '{read.Key}' was taken, and {path}:{read.OtherKeys[0]} takes '{read.OtherKeys[0]}'."];
        return (read.Tensors.ToDictionary(pair => pair.Key, pair => AsFloat(pair.Value), StringComparer.Ordinal), remarks);
    }

    // Weights in half or double precision become the 32-bit floats that networks are made of.
    private static Tensor AsFloat(Tensor tensor)
    {
        if (tensor.DType is not (DType.Float16 or DType.BFloat16 or DType.Float64))
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.To(DType.Float32);
        }
    }

    // Files of the years before norms counted their batches lack the counts; some programs keep them in another type.
    private static void FixCounters(Graph graph, Dictionary<string, Tensor> tensors)
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

    private static void RequireSameNames(string path, Graph graph, Dictionary<string, Tensor> tensors)
    {
        var missing = graph.Parameters.Select(spec => spec.Name).Where(name => !tensors.ContainsKey(name)).ToList();
        var unexpected = tensors.Keys.Where(name => !graph.HasParameter(name)).ToList();
        if (missing.Count == 0 && unexpected.Count == 0)
        {
            return;
        }

        var differences = new List<string>();
        if (missing.Count > 0)
        {
            differences.Add($"missing: {WeightNames.Few(missing.Select(name => $"'{name}'"))}");
        }

        if (unexpected.Count > 0)
        {
            differences.Add($"unexpected: {WeightNames.Few(unexpected.Select(name => $"'{name}'"))}");
        }

        throw Mismatch(path, graph, string.Join("; ", differences));
    }

    private static Graph FitShapes(
        string path, Graph graph, Dictionary<string, Tensor> tensors, bool mayNarrow, string remedy)
    {
        RequireTypes(path, graph, tensors);
        var shapes = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Shape.ToImmutableArray(), StringComparer.Ordinal);
        var other = graph.Parameters.Where(spec => !spec.Shape.SequenceEqual(shapes[spec.Name])).ToList();
        if (other.Count == 0)
        {
            return graph;
        }

        var differences = WeightNames.Few(other.Select(spec =>
            $"'{spec.Name}' is {NodeShapes.Show(shapes[spec.Name])} instead of {NodeShapes.Show(spec.Shape)}"));
        if (!mayNarrow)
        {
            throw Mismatch(path, graph, differences, remedy);
        }

        try
        {
            return graph.WithParameterShapes(shapes);
        }
        catch (OcsInputException error)
        {
            throw Mismatch(
                path, graph, $"{differences}; nor are they of a narrower one: {error.Message.TrimEnd('.')}", remedy);
        }
    }

    private static void RequireTypes(string path, Graph graph, Dictionary<string, Tensor> tensors)
    {
        var other = graph.Parameters
            .Select(spec => (spec.Name, Needed: spec.Role == ParameterRole.Counter ? DType.Int64 : DType.Float32))
            .Where(spec => tensors[spec.Name].DType != spec.Needed)
            .ToList();
        if (other.Count > 0)
        {
            throw Mismatch(path, graph, WeightNames.Few(other.Select(spec => $"'{spec.Name}' holds {tensors[spec.Name].DType} instead of {spec.Needed}")));
        }
    }

    private static OcsInputException Mismatch(
        string path, Graph graph, string differences, string remedy = Remedy) => new(
        $"{path}: these are not the weights of '{graph.Name}' ({differences}); {remedy}.");
}
