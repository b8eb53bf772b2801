using System.Runtime.InteropServices;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;

namespace Ocs.Formats.Tests.Onnx.Backend;

/// <summary>
/// A node with a dimension of 1 in front of all its values: axes that count from the front move by one.
/// </summary>
internal static class ShiftedAxes
{
    private static readonly Dictionary<string, int[]> Constants = new()
    {
        ["Clip"] = [1, 2],
        ["Dropout"] = [1, 2],
        ["OneHot"] = [1, 2],
        ["Pow"] = [1],
        ["PRelu"] = [1],
        ["LayerNormalization"] = [1, 2],
        ["Pad"] = [2],
    };

    /// <summary>
    /// Whether a node reads a float value as a weight or a setting, which in a network is a constant.
    /// </summary>
    public static bool IsConstant(NodeProto node, string value) =>
        Constants.TryGetValue(node.OpType, out var inputs)
            && inputs.Any(input => input < node.Input.Count && node.Input[input] == value);

    public static NodeProto Of(NodeProto node, GraphProto graph, BackendCase test)
    {
        var shifted = node.Clone();
        var rank = test.Inputs.FirstOrDefault(input => input.Name == node.Input.FirstOrDefault(""))?.Dims.Count ?? 0;
        switch (node.OpType)
        {
            case "Softmax"
                or "LogSoftmax" or "Concat" or "Split" or "Gather" or "Flatten" or "LayerNormalization" or "ArgMax"
                or "Compress" or "GatherElements" or "Hardmax" or "OneHot":
                var otherwise = Default(node.OpType, test.Opset);
                if (otherwise is { } axis || node.Attribute.Any(attribute => attribute.Name == "axis"))
                {
                    Set(shifted, "axis", Moved(node.Attribute.FirstOrDefault(attribute => attribute.Name == "axis")?.I
                        ?? otherwise!.Value));
                }

                if (node.OpType == "GatherElements")
                {
                    graph.Initializer.First(tensor => tensor.Name == node.Input[1]).Dims.Insert(0, 1);
                }

                break;
            case "MeanVarianceNormalization":
                var axes = node.Attribute.FirstOrDefault()?.Ints.ToArray() ?? [0, 2, 3];
                shifted.Attribute.Clear();
                Set(shifted, "axes", [.. axes.Select(Moved)]);
                break;
            case "Transpose":
                var order = node.Attribute.FirstOrDefault()?.Ints.ToArray()
                    ?? [.. Enumerable.Range(0, rank).Reverse().Select(d => (long)d)];
                shifted.Attribute.Clear();
                Set(shifted, "perm", [0L, .. order.Select(dimension => dimension + 1)]);
                break;
            case "Reshape":
                Input(shifted, 1, target => [1, .. target]);
                break;
            case var type when type is "Squeeze" or "Unsqueeze" || type.StartsWith("Reduce", StringComparison.Ordinal):
                Axes(shifted, rank);
                break;
            case "Slice":
                Slice(shifted);
                break;
            case "Pad":
                Input(shifted, 1, pads => [0, .. pads[..(pads.Length / 2)], 0, .. pads[(pads.Length / 2)..]]);
                break;
            case "Tile" or "Expand":
                Input(shifted, 1, sizes =>
                    [1, .. Enumerable.Repeat(1L, Math.Max(0, test.Outputs[0].Dims.Count - sizes.Length)), .. sizes]);
                break;
        }

        return shifted;

        void Axes(NodeProto to, int dimensions)
        {
            if (to.Attribute.FirstOrDefault(attribute => attribute.Name == "axes") is { } attribute)
            {
                long[] moved = [.. attribute.Ints.Select(Moved)];
                attribute.Ints.Clear();
                attribute.Ints.AddRange(moved);
            }
            else if (to.Input.Count > 1 && to.Input[1].Length > 0)
            {
                Input(to, 1, axes => axes.Length == 0 && !NoOperation(to) ? All(dimensions) : [.. axes.Select(Moved)]);
            }
            else if (!NoOperation(to))
            {
                // All dimensions, but not the one in front.
                if (to.OpType == "ReduceSum" && test.Opset >= 13)
                {
                    while (to.Input.Count > 1)
                    {
                        to.Input.RemoveAt(1);
                    }

                    to.Input.Add(BackendRun.Vector(graph, All(dimensions)));
                }
                else if (to.OpType != "Squeeze")
                {
                    Set(to, "axes", All(dimensions));
                }
            }
        }

        void Slice(NodeProto to)
        {
            if (to.Input.Count < 4)
            {
                to.Input.Add(BackendRun.Vector(graph, All(Read(to.Input[1]).Length)));
            }
            else
            {
                Input(to, 3, axes => [.. axes.Select(Moved)]);
            }
        }

        void Input(NodeProto to, int index, Func<long[], long[]> change)
        {
            if (index < to.Input.Count && to.Input[index].Length > 0)
            {
                to.Input[index] = BackendRun.Vector(graph, change(Read(to.Input[index])));
            }
        }

        long[] Read(string name)
        {
            var tensor = graph.Initializer.First(initializer => initializer.Name == name);
            return tensor.DataType == (int)TensorProto.Types.DataType.Int32
                ? [.. MemoryMarshal.Cast<byte, int>(tensor.RawData.Span)
                .ToArray().Select(number => (long)number), .. tensor.Int32Data.Select(number => (long)number)]
                : [.. MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray(), .. tensor.Int64Data];
        }
    }

    private static bool NoOperation(NodeProto node) =>
        node.Attribute.Any(attribute => attribute is { Name: "noop_with_empty_axes", I: 1 });

    private static long[] All(int dimensions) =>
        [.. Enumerable.Range(1, dimensions).Select(dimension => (long)dimension)];

    private static long Moved(long axis) => axis < 0 ? axis : axis + 1;

    private static long? Default(string type, long opset) => type switch
    {
        "Softmax" or "LogSoftmax" or "Hardmax" => opset >= 13 ? -1 : 1,
        "Flatten" => 1,
        "LayerNormalization" or "OneHot" => -1,
        "Split" or "Gather" or "GatherElements" => 0,
        _ => null,
    };

    private static void Set(NodeProto node, string name, params long[] values)
    {
        if (node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is { } old)
        {
            node.Attribute.Remove(old);
        }

        var attribute =
            new AttributeProto { Name = name, Type = name is "axis" ? AttributeType.Int : AttributeType.Ints };
        if (attribute.Type == AttributeType.Int)
        {
            attribute.I = values[0];
        }
        else
        {
            attribute.Ints.AddRange(values);
        }

        node.Attribute.Add(attribute);
    }
}
