using Ocs.Graphs;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Import;

/// <summary>What a file states besides operators: names of inputs and outputs, metadata, version.</summary>
internal static class FileOrigin
{
    /// <param name="model">The file.</param>
    /// <param name="opset">The opset of ONNX's own operators.</param>
    /// <param name="inputs">The inputs that are not initializers.</param>
    public static GraphOrigin Of(ModelProto model, long opset, IEnumerable<ValueInfoProto> inputs) => new(
        [.. inputs.Select(ValueOf)], [.. model.Graph.Output.Select(ValueOf)])
    {
        Opset = opset,
        WeightType = WeightTypeOf(model.Graph),
        WeightsAreCast = AreCast(model.Graph),
        GraphName = model.Graph.Name,
        GraphDescription = model.Graph.DocString,
        Description = model.DocString,
        Domain = model.Domain,
        ModelVersion = model.ModelVersion,
        Metadata = [.. model.MetadataProps.Select(property => new OriginProperty(property.Key, property.Value))],
    };

    private static OriginValue ValueOf(ValueInfoProto value) => new(
        value.Name,
        $"{(DataType)(value.Type?.TensorType?.ElemType ?? 0)}",
        [.. value.Type?.TensorType?.Shape?.Dim.Select(size => size.HasDimValue ? null : size.DimParam) ?? []]);

    /// <summary>Whether most weights have 16 bits.</summary>
    public static bool HasSixteenBits(GraphProto graph) => WeightTypeOf(graph) is "Float16" or "Bfloat16";

    // Whether a Cast reads most of the 16-bit numbers.
    private static bool AreCast(GraphProto graph)
    {
        var cast = graph.Node.Where(node => node.OpType == "Cast").SelectMany(node => node.Input).ToHashSet();
        var balance = graph.Initializer
            .Where(tensor => (DataType)tensor.DataType is DataType.Float16 or DataType.Bfloat16)
            .Sum(tensor => CountOf(tensor) * (cast.Contains(tensor.Name) ? 1 : -1));
        return balance > 0;
    }

    private static double CountOf(TensorProto tensor) =>
        tensor.Dims.Aggregate(1.0, (product, size) => product * size);

    private static string WeightTypeOf(GraphProto graph) => graph.Initializer
        .Where(tensor =>
            (DataType)tensor.DataType is DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double)
        .GroupBy(tensor => (DataType)tensor.DataType, CountOf)
        .OrderByDescending(type => type.Sum())
        .Select(type => type.Key)
        .FirstOrDefault(DataType.Float)
        .ToString();
}
