using Google.Protobuf;
using Google.Protobuf.Collections;
using Ocs.Formats.Onnx.Import.Keeping;
using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>Puts the kept nodes of the original ONNX file back around the network's nodes.</summary>
internal sealed class KeptExport
{
    private readonly ModelProto _kept;
    private readonly Graph _graph;

    /// <param name="kept">The kept nodes.</param>
    /// <param name="graph">The network.</param>
    /// <param name="options">How the file is written.</param>
    /// <exception cref="OcsInputException">The operator set differs from that of the kept nodes.</exception>
    public KeptExport(KeptNodes kept, Graph graph, OnnxOptions options)
    {
        (_kept, _graph) = (Parse(kept, graph), graph);
        var (written, own) = (options.OpsetOf(graph), graph.Origin!.Opset);
        if (written != own && !graph.Nodes.IsEmpty)
        {
            throw new OcsInputException(
                $"{graph.Name} has nodes that are kept as they are ({string.Join(", ", kept.First.Take(3))}), of opset "
                + $"{own}, and a file has one opset: "
                + (options.Opset is null
                    ? $"export the network again with one of {OnnxOptions.LowestOpset} to {OnnxOptions.HighestOpset}."
                    : "leave the opset out."));
        }
    }

    private static ModelProto Parse(KeptNodes kept, Graph graph)
    {
        try
        {
            var model = ModelProto.Parser.ParseFrom(kept.Model.Span);
            model.Graph ??= new();
            return model;
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new OcsInputException(
                $"The kept nodes of {graph.Name} are damaged ({error.Message.TrimEnd('.')}): "
                + "read the file again.", error);
        }
    }

    /// <summary>Names that are in use.</summary>
    public IEnumerable<string> Names => KeptModel.Names(_kept.Graph);

    /// <summary>Adds the kept nodes to the model.</summary>
    public void PutBack(ModelProto model)
    {
        var graph = model.Graph;
        var (inputs, outputs) = (graph.Input.ToList(), graph.Output.ToDictionary(output => output.Name));
        var nodes = InOrder([.. graph.Node, .. _kept.Graph.Node]);
        graph.Node.Clear();
        graph.Node.AddRange(nodes);
        Fill(graph.Input, _kept.Graph.Input.Select(input => inputs.Find(ours => ours.Name == input.Name) is { } ours
            ? WithSizes(input, ours)
            : input));
        var batches = _graph.Origin!.Outputs.ToDictionary(output => output.Name, output => output.Batch);
        Fill(graph.Output, _kept.Graph.Output.Select(output => outputs.TryGetValue(output.Name, out var ours)
            ? WithSizes(output, ours, batches.GetValueOrDefault(output.Name))
            : output));
        graph.Initializer.AddRange(_kept.Graph.Initializer);
        graph.ValueInfo.AddRange(_kept.Graph.ValueInfo);
        graph.QuantizationAnnotation.AddRange(_kept.Graph.QuantizationAnnotation);
        model.IrVersion = _graph.Nodes.IsEmpty ? _kept.IrVersion : Math.Max(model.IrVersion, _kept.IrVersion);
        model.Functions.AddRange(_kept.Functions);
        var domains = _kept.OpsetImport.Select(import => import.Domain).ToHashSet(StringComparer.Ordinal);
        Fill(model.OpsetImport, _kept.OpsetImport.Concat(model.OpsetImport.Where(import =>
            !domains.Contains(import.Domain) && (import.Domain.Length > 0 || !domains.Contains("ai.onnx")))));
    }

    private static void Fill<T>(RepeatedField<T> field, IEnumerable<T> values)
    {
        T[] all = [.. values];
        field.Clear();
        field.AddRange(all);
    }

    // The file's own description, with the sizes that the network fixes. The batch is unchanged.
    private static ValueInfoProto WithSizes(ValueInfoProto value, ValueInfoProto ours, int batch = 0)
    {
        var described = value.Clone();
        var (to, from) = (described.Type.TensorType.Shape?.Dim, ours.Type.TensorType.Shape.Dim);
        for (var dimension = 0; to?.Count == from.Count && dimension < to.Count; dimension++)
        {
            to[dimension] = dimension == batch ? to[dimension] : from[dimension];
        }

        return described;
    }

    // The nodes in topological order, otherwise as given.
    private static List<NodeProto> InOrder(List<NodeProto> nodes)
    {
        var makers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            foreach (var output in node.Output.Where(output => output.Length > 0))
            {
                makers[output] = node;
            }
        }

        var ordered = new List<NodeProto>(nodes.Count);
        var placed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(NodeProto Node, bool IsReady)>();
        foreach (var first in nodes)
        {
            open.Push((first, false));
            while (open.TryPop(out var next))
            {
                if (next.IsReady)
                {
                    ordered.Add(next.Node);
                }
                else if (placed.Add(next.Node))
                {
                    open.Push((next.Node, true));
                    foreach (var value in next.Node.Input.Concat(OuterValues.Of(next.Node)))
                    {
                        if (makers.TryGetValue(value, out var maker) && !placed.Contains(maker))
                        {
                            open.Push((maker, false));
                        }
                    }
                }
            }
        }

        return ordered;
    }
}
