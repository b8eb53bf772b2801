using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Operators;
using Ocs.Formats.Onnx.Import.Patterns;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// Makes our graph of ONNX's: constants are folded, patterns put together, and each node that is left is mapped.
/// </summary>
internal static class OnnxImport
{
    /// <summary>The network of a file with its weights.</summary>
    public static Network Read(string path, ReadOnlySpan<long> inputSize)
    {
        var message = OnnxReader.Read(path);
        var (network, parameters) = ToGraph(OnnxReader.ToGraph(message, path, inputSize));
        if (FreeSizes.Stay(message, path, network))
        {
            network = network with { Origin = network.Origin! with { SizesStayFree = true } };
        }

        return new(network, parameters.ToTable(network));
    }

    public static Network ToModel(OnnxGraph graph)
    {
        var (network, parameters) = ToGraph(graph);
        return new(network, parameters.ToTable(network));
    }

    /// <summary>The network alone; its weights are read when they are asked for.</summary>
    public static (Graph Graph, ImportedParameters Parameters) ToGraph(OnnxGraph graph)
    {
        ConstantFolding.Apply(graph);
        OnnxPatterns.Apply(graph);
        var parameters = new ImportedParameters(graph.Limit.Sum);
        var network = WithNormalization(Build(graph, parameters) with { Origin = graph.Origin });
        GraphVerifier.Verify(network);
        return (network, parameters);
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

    private static Value Output(GraphBuilder builder, Dictionary<string, Imported> values, string name) =>
        !values.TryGetValue(name, out var value)
            ? throw new OcsInputException($"output '{name}' does not depend on any input.")
            : value.Batch == 0
            ? value.Value
            : throw new OcsInputException(
                $"the batch is dimension {value.Batch} of output '{name}' "
                + $"{NodeShapes.Show(builder.ShapeOf(value.Value))}, and not 0.");

    // Our own export states how images are normalized.
    private static Graph WithNormalization(Graph graph)
    {
        if (graph.InputNodes.ToArray() is not [{ Shape.Length: > 1 } input])
        {
            return graph;
        }

        var stated = StatedNormalization.Read(
            name => graph.Origin?.Metadata.LastOrDefault(property => property.Key == name)?.Value, input.Shape[1]);
        return stated is null ? graph : graph.WithNormalization(stated.Mean, stated.StandardDeviation);
    }
}
