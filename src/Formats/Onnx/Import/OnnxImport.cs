using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Keeping;
using Ocs.Formats.Onnx.Import.Operators;
using Ocs.Formats.Onnx.Import.Patterns;
using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// Converts an ONNX model to our graph: folds constants, fuses patterns, then maps each remaining node.
/// </summary>
internal static class OnnxImport
{
    /// <summary>Reads a network with its weights. Unsupported nodes are kept as they are.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inputSize">The shape of the inputs without the batch, for dynamic sizes.</param>
    /// <param name="wanted">The names of the values to read; null for the whole file.</param>
    public static Network Read(string path, ReadOnlySpan<long> inputSize, ImmutableArray<string>? wanted = null)
    {
        var message = OnnxReader.Read(path);
        var kept = new KeptSet(wanted);
        while (true)
        {
            var graph = OnnxReader.ToGraph(message, path, inputSize);
            var border = Border.Apply(graph, message.Graph, kept);
            if (Convert(graph) is not var (network, parameters))
            {
                if (!kept.Add(graph, graph.Unread))
                {
                    throw new OcsInputException(graph.Unread[0].Reason);
                }

                continue;
            }

            if (border is null)
            {
                return Finish(network, parameters, message, path, kept);
            }

            if (!kept.HasAll && !network.Parameters.Any(spec => spec.IsTrainable))
            {
                kept.AddAll();
                continue;
            }

            var nodes = kept.HasAll ? null : border.Nodes;
            var left = new KeptNodes(border.Described, KeptModel.Of(message, graph, nodes, path));
            return Finish(
                network with { Origin = network.Origin! with { Kept = left } }, parameters, message, path, kept);
        }
    }

    public static Network ToModel(OnnxGraph graph)
    {
        var (network, parameters) = ToGraph(graph);
        return new(network, parameters.ToTable(network));
    }

    /// <summary>Reads the network; its weights are read on demand. An unsupported node is an error.</summary>
    public static (Graph Graph, ImportedParameters Parameters) ToGraph(OnnxGraph graph) =>
        Convert(graph) ?? throw new OcsInputException(graph.Unread[0].Reason);

    private static Network Finish(
        Graph network, ImportedParameters parameters, ModelProto message, string path, KeptSet kept)
    {
        if (FreeSizes.Stay(message, path, network, parameters, kept))
        {
            network = network with { Origin = network.Origin! with { SizesStayFree = true } };
        }

        return new(network, parameters.ToTable(network));
    }

    // Null if a node cannot be read.
    private static (Graph Graph, ImportedParameters Parameters)? Convert(OnnxGraph graph)
    {
        ConstantFolding.Apply(graph);
        if (graph.Unread.Count > 0)
        {
            return null;
        }

        try
        {
            OnnxPatterns.Apply(graph);
        }
        catch (UnreadException error)
        {
            graph.Leave(error.Node, error.Message);
            return null;
        }

        var parameters = new ImportedParameters(graph.Limit.Sum);
        if (Build(graph, parameters) is not { } built)
        {
            return null;
        }

        var network = WithNormalization(built with { Origin = WithBatches(graph) });
        if (!network.Nodes.IsEmpty)
        {
            GraphVerifier.Verify(network);
        }

        return (network, parameters);
    }

    private static GraphOrigin? WithBatches(OnnxGraph graph) => graph.Origin is not { } origin
        ? null
        : origin with
        {
            Outputs = [.. origin.Outputs.Zip(graph.OutputBatches, (output, batch) => output with { Batch = batch })],
            Dequantized = graph.Dequantized,
        };

    private static Graph? Build(OnnxGraph graph, ImportedParameters parameters)
    {
        var builder = new GraphBuilder(graph.Name);
        var values = new Dictionary<string, Imported>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs.Where(input => !graph.WithoutBatch.Contains(input)))
        {
            values[input] = new(builder.Input(graph.FreshName(input), graph.Shapes[input].AsSpan()[1..]));
        }

        foreach (var node in graph.Nodes)
        {
            if (!Import(graph, node, builder, parameters, values))
            {
                BatchStays.Follow(graph, node, values);
            }
        }

        var outputs = graph.Outputs.Select(output => Output(graph, values, output)).ToList();
        return graph.Unread.Count > 0 ? null
            : outputs.Count > 0 ? builder.Build([.. outputs.OfType<Value>()])
            : new(graph.Name, [], [], []);
    }

    // False if the node cannot be read.
    private static bool Import(
        OnnxGraph graph, OnnxNode node, GraphBuilder builder, ImportedParameters parameters,
        Dictionary<string, Imported> values)
    {
        if (graph.Follows(node))
        {
            return false;
        }

        if (node.Reads.FirstOrDefault(graph.WithoutBatch.Contains) is { } image)
        {
            graph.Leave(node, $"its input '{image}' has no batch");
            return false;
        }

        try
        {
            OnnxOperators.Import(new(graph, node, builder, parameters, values));
            return true;
        }
        catch (Exception error) when (error is OcsInputException or UnreadException)
        {
            graph.Leave(node, error.Message);
            return false;
        }
    }

    private static Value? Output(OnnxGraph graph, Dictionary<string, Imported> values, string name)
    {
        if (!values.TryGetValue(name, out var value))
        {
            if (!graph.UnreadValues.Contains(name))
            {
                var maker = graph.Maker(name)
                    ?? throw new OcsInputException($"output '{name}' does not depend on any input.");
                graph.Leave(maker, $"its output {maker.Outputs.IndexOf(name)} is used, which is not supported");
            }

            return null;
        }

        if (value.IsMerged)
        {
            graph.Leave(graph.Maker(name)!, "the batch of its output is merged with another dimension");
        }

        graph.OutputBatches.Add(value.Batch);
        return value.Value;
    }

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
