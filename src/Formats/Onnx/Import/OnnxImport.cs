using System.Collections.Immutable;
using System.Globalization;
using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Operators;
using Ocs.Formats.Onnx.Import.Patterns;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats.Onnx.Import;

/// <summary>Makes our graph of ONNX's: constants are folded, patterns put together, and each node that is left is mapped.</summary>
internal static class OnnxImport
{
    public static OcsModel ToModel(OnnxGraph graph)
    {
        ConstantFolding.Apply(graph);
        OnnxPatterns.Apply(graph);
        var parameters = new ImportedParameters();
        var network = WithNormalization(Build(graph, parameters), graph.Metadata);
        return new(network, parameters.ToTable(network), record: null);
    }

    private static Graph Build(OnnxGraph graph, ImportedParameters parameters)
    {
        var builder = new GraphBuilder(graph.Name);
        var values = new Dictionary<string, Imported>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs)
        {
            values[input] = new(builder.Input(graph.FreshName(input), graph.Shapes[input].AsSpan()[1..]));
        }

        foreach (var node in graph.Nodes)
        {
            OnnxOperators.Import(new(graph, node, builder, parameters, values));
        }

        return builder.Build([.. graph.Outputs.Select(output => Output(builder, values, output))]);
    }

    private static Value Output(GraphBuilder builder, Dictionary<string, Imported> values, string name) => !values.TryGetValue(name, out var value)
        ? throw new OcsInputException($"output '{name}' does not depend on any input.")
        : value.Batch == 0
        ? value.Value
        : throw new OcsInputException($"the batch is dimension {value.Batch} of output '{name}' {NodeShapes.Show(builder.ShapeOf(value.Value))}, and not 0.");

    // Our own export states how images are normalized.
    private static Graph WithNormalization(Graph graph, IReadOnlyDictionary<string, string> metadata)
    {
        var (mean, deviation) = (Numbers(metadata, "image_mean"), Numbers(metadata, "image_std"));
        var fits = graph.InputNodes.ToArray() is [{ Shape.Length: > 1 } input] && mean.Length == input.Shape[1]
            && deviation.Length == mean.Length && mean.All(float.IsFinite) && deviation.All(number => float.IsFinite(number) && number > 0);
        return fits ? graph.WithNormalization(mean, deviation) : graph;
    }

    private static ImmutableArray<float> Numbers(IReadOnlyDictionary<string, string> metadata, string key)
    {
        var parts = metadata.GetValueOrDefault(key, "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [.. parts.Select(part => float.TryParse(part, CultureInfo.InvariantCulture, out var number) ? number : float.NaN)];
    }
}
