using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Import.Keeping;

/// <summary>
/// The types of a file's values: stated, or else inferred from the nodes, which are in topological order.
/// </summary>
internal sealed class ValueTypes
{
    private static readonly HashSet<string> Indices =
        ["ArgMax", "ArgMin", "NonMaxSuppression", "NonZero", "Shape", "Size"];

    private readonly Dictionary<string, DataType> _types = new(StringComparer.Ordinal);

    public ValueTypes(GraphProto graph)
    {
        foreach (var value in graph.Input.Concat(graph.ValueInfo).Concat(graph.Output))
        {
            Add(value.Name, (DataType)(value.Type?.TensorType?.ElemType ?? 0));
        }

        foreach (var tensor in graph.Initializer)
        {
            Add(tensor.Name, (DataType)tensor.DataType);
        }

        foreach (var node in graph.Node)
        {
            for (var place = 0; place < node.Output.Count; place++)
            {
                Add(node.Output[place], Made(node, place));
            }
        }
    }

    /// <summary>The type of a value; null if it is unknown.</summary>
    public DataType? Of(string name) => _types.TryGetValue(name, out var type) ? type : null;

    private void Add(string name, DataType? type)
    {
        if (name.Length > 0 && type is { } known && known != DataType.Undefined)
        {
            _types.TryAdd(name, known);
        }
    }

    private DataType? Made(NodeProto node, int place) => node.OpType switch
    {
        _ when node.Domain is not ("" or "ai.onnx") => null,
        "If" or "Loop" or "Scan" => null,
        "Cast" => (DataType?)node.Attribute.FirstOrDefault(attribute => attribute.Name == "to")?.I,
        "Constant" or "ConstantOfShape" => OfValue(node),
        "TopK" or "MaxPool" when place > 0 => DataType.Int64,
        "Dropout" when place > 0 => DataType.Bool,
        var type when Indices.Contains(type) => DataType.Int64,
        var type when Folding.Elementwise.IsLogical(type) => DataType.Bool,
        "QuantizeLinear" => Read(node, 2) ?? DataType.Uint8,
        "CastLike" or "DequantizeLinear" or "Where" => Read(node, 1),
        "OneHot" => Read(node, 2),
        _ => Read(node, 0),
    };

    private DataType? Read(NodeProto node, int input) => input < node.Input.Count ? Of(node.Input[input]) : null;

    private static DataType? OfValue(NodeProto node) => node.Attribute.FirstOrDefault() switch
    {
        { Type: AttributeType.Tensor, T: { } tensor } => (DataType)tensor.DataType,
        { Type: AttributeType.Int or AttributeType.Ints } => DataType.Int64,
        _ => DataType.Float,
    };
}
