using System.Collections.Immutable;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli;

/// <summary>Reads weights by a file's extension, and fits them to a network or the network to them.</summary>
internal static class WeightsFile
{
    private const string ParallelPrefix = "module.";
    private const int DifferencesShown = 3;
    private const string Remedy = "give the network that they were trained for";

    /// <summary>
    /// The network with the weights of a file. Where <paramref name="mayNarrow"/> and the file's tensors have the network's names
    /// with fewer channels, it is the narrower network that they are of. The caller owns the parameters.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="graph">The network that its names are of.</param>
    /// <param name="mayNarrow">Whether fewer channels are a narrower network, or an error.</param>
    /// <param name="classifier">What becomes of the last layer.</param>
    /// <param name="seed">Where a new last layer is drawn from.</param>
    public static (Graph Graph, ParameterTable Parameters) Open(
        string path,
        Graph graph,
        bool mayNarrow,
        ClassifierWeights classifier = ClassifierWeights.FromFile,
        ulong seed = 0)
    {
        var tensors = UserFile.Read(path, () => ReadTensors(path));
        try
        {
            if (classifier == ClassifierWeights.Reset)
            {
                Classifier.Forget(graph, tensors);
            }

            PublishedNames.Fit(graph, tensors);
            AddCounters(graph, tensors);
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

            return (graph, parameters);
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

    private static Dictionary<string, Tensor> ReadTensors(string path)
    {
        var read = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".SAFETENSORS" => SafetensorsFile.Read(path),
            ".PTH" or ".PT" or ".TH" => PyTorchFile.Read(path),
            ".OCS" => OcsTensors(path),
            _ => throw new OcsInputException(
                $"--weights takes a .safetensors, .pth, .pt, .th or .ocs file, but was given '{path}'."),
        };
        var isParallel = read.Keys.All(name => name.StartsWith(ParallelPrefix, StringComparison.Ordinal));
        return read.ToDictionary(
            pair => isParallel ? pair.Key[ParallelPrefix.Length..] : pair.Key, pair => AsFloat(pair.Value), StringComparer.Ordinal);
    }

    private static Dictionary<string, Tensor> OcsTensors(string path)
    {
        using var model = OcsFile.Read(path);
        return model.Parameters.Names.ToDictionary(name => name, name => model.Parameters[name].Detach(), StringComparer.Ordinal);
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

    // Files of the years before norms counted their batches lack the counts.
    private static void AddCounters(Graph graph, Dictionary<string, Tensor> tensors)
    {
        foreach (var spec in graph.Parameters.Where(spec => spec.Role == ParameterRole.Counter && !tensors.ContainsKey(spec.Name)))
        {
            tensors.Add(spec.Name, Tensor.Zeros(spec.Shape.AsSpan(), DType.Int64));
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
            differences.Add($"missing: {Few(missing.Select(name => $"'{name}'"))}");
        }

        if (unexpected.Count > 0)
        {
            differences.Add($"unexpected: {Few(unexpected.Select(name => $"'{name}'"))}");
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

        var differences = Few(other.Select(spec =>
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
            throw Mismatch(path, graph, Few(other.Select(spec => $"'{spec.Name}' holds {tensors[spec.Name].DType} instead of {spec.Needed}")));
        }
    }

    private static OcsInputException Mismatch(
        string path, Graph graph, string differences, string remedy = Remedy) => new(
        $"{path}: these are not the weights of '{graph.Name}' ({differences}); {remedy}.");

    private static string Few(IEnumerable<string> all)
    {
        var differences = all.ToList();
        var shown = string.Join(", ", differences.Take(DifferencesShown));
        return differences.Count > DifferencesShown ? $"{shown} and {differences.Count - DifferencesShown} more" : shown;
    }
}
