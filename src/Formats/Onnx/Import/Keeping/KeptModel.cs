using Google.Protobuf;
using Onnx;

namespace Ocs.Formats.Onnx.Import.Keeping;

/// <summary>
/// The kept part of an ONNX model: without the nodes that are read, and without the constants that only these need.
/// </summary>
internal static class KeptModel
{
    // It becomes text in the header of an .ocs file, which has at most 256 MiB.
    private const long HighestSize = 160L << 20;

    /// <summary>An ONNX model of the given nodes with their weights, as bytes.</summary>
    /// <param name="model">The file.</param>
    /// <param name="graph">The graph of the file.</param>
    /// <param name="nodes">The nodes to keep; null for all nodes and constants.</param>
    /// <param name="path">The file's path; external data becomes part of the model.</param>
    public static ReadOnlyMemory<byte> Of(
        ModelProto model, OnnxGraph graph, IEnumerable<OnnxNode>? nodes, string path)
    {
        var kept = new HashSet<NodeProto>(
            nodes?.Select(node => graph.Messages[node.Name]) ?? model.Graph.Node, ReferenceEqualityComparer.Instance);
        var needed = kept.SelectMany(node => node.Input.Concat(OuterValues.Of(node)))
            .Concat(model.Graph.Output.Select(output => output.Name))
            .ToHashSet(StringComparer.Ordinal);
        var made = kept.SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        var rest = new GraphProto
        {
            Node = { model.Graph.Node.Where(kept.Contains) },
            Initializer =
            {
                model.Graph.Initializer.Where(tensor => nodes is null || needed.Contains(tensor.Name))
                    .Select(tensor => Inside(tensor, path)),
            },
            Input =
            {
                model.Graph.Input.Where(input =>
                    needed.Contains(input.Name) || model.Graph.Initializer.All(tensor => tensor.Name != input.Name)),
            },
            Output = { model.Graph.Output },
            ValueInfo = { model.Graph.ValueInfo.Where(value => made.Contains(value.Name)) },
            QuantizationAnnotation =
            {
                model.Graph.QuantizationAnnotation.Where(note =>
                    needed.Contains(note.TensorName) || made.Contains(note.TensorName)),
            },
        };
        var left = new ModelProto { IrVersion = model.IrVersion, Graph = rest };
        left.OpsetImport.AddRange(model.OpsetImport);
        left.Functions.AddRange(model.Functions);
        return left.CalculateSize() <= HighestSize
            ? left.ToByteArray()
            : throw new OcsInputException(
                $"its kept nodes have {left.CalculateSize() >> 20} MiB, and at most {HighestSize >> 20} can be "
                + "kept: export the network without it.");
    }

    /// <summary>Every name in a graph.</summary>
    public static IEnumerable<string> Names(GraphProto graph) => graph.Node
        .SelectMany(node => node.Input
            .Concat(node.Output)
            .Append(node.Name)
            .Concat(node.Attribute.SelectMany(OuterValues.GraphsOf).SelectMany(Names)))
        .Concat(graph.Initializer.Select(tensor => tensor.Name))
        .Concat(graph.Input.Concat(graph.Output).Concat(graph.ValueInfo).Select(value => value.Name));

    private static TensorProto Inside(TensorProto tensor, string path)
    {
        if (tensor.DataLocation != TensorProto.Types.DataLocation.External)
        {
            return tensor;
        }

        var bytes = new ExternalData(path).Open(tensor, TensorReader.LengthOf(tensor))();
        var inside = new TensorProto
        {
            Name = tensor.Name,
            DataType = tensor.DataType,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        };
        inside.Dims.AddRange(tensor.Dims);
        return inside;
    }
}
