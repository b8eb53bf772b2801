using Google.Protobuf.Collections;
using Ocs.Graphs;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// The network computes in 32-bit floats. Where the values around it have other types, a Cast stands between: at inputs
/// of whole numbers and truth values, and, where nodes of the file are kept, at floats of other sizes.
/// </summary>
internal static class TypedEnds
{
    /// <summary>Adds them.</summary>
    /// <param name="message">The network's nodes, inputs and outputs.</param>
    /// <param name="graph">The network.</param>
    /// <param name="wholeNumbers">The inputs that need none, by node.</param>
    public static void Apply(GraphProto message, Graph graph, IReadOnlySet<int> wholeNumbers)
    {
        if (graph.Origin is not { } origin)
        {
            return;
        }

        var nodes = Enumerable.Range(0, graph.Nodes.Length)
            .Where(node => graph.Nodes[node].Operator is Graphs.Operators.Input);
        foreach (var (node, input) in nodes.Zip(origin.Inputs))
        {
            if (!wholeNumbers.Contains(node)
                && TypeOf(input) is { } type
                && (!IsFloat(type) || origin.Kept is not null))
            {
                message.Node.Insert(0, Cast(input.Name, Inside(message, input.Name), DataType.Float));
                message.Input.First(value => value.Name == input.Name).Type.TensorType.ElemType = (int)type;
            }
        }

        foreach (var output in origin.Outputs.Where(_ => origin.Kept is not null).DistinctBy(output => output.Name))
        {
            if (TypeOf(output) is { } type && IsFloat(type))
            {
                message.Node.Add(Cast(Inside(message, output.Name), output.Name, type));
            }
        }
    }

    // Another type than that of the network's numbers; null if it is that, or is not stated.
    private static DataType? TypeOf(OriginValue value) =>
        Enum.TryParse<DataType>(value.Type, out var type) && type is not (DataType.Float or DataType.Undefined)
            ? type
            : null;

    private static bool IsFloat(DataType type) => type is DataType.Float16 or DataType.Bfloat16 or DataType.Double;

    // The network's own value behind the name that programs know.
    private static string Inside(GraphProto message, string name)
    {
        var inside = $"{name}:float";
        foreach (var node in message.Node)
        {
            Rename(node.Input, name, inside);
            Rename(node.Output, name, inside);
        }

        return inside;
    }

    private static void Rename(RepeatedField<string> names, string from, string to)
    {
        for (var place = 0; place < names.Count; place++)
        {
            names[place] = names[place] == from ? to : names[place];
        }
    }

    private static NodeProto Cast(string from, string to, DataType type)
    {
        var cast = new NodeProto { Name = $"{to}/cast", OpType = "Cast", Input = { from }, Output = { to } };
        cast.Attribute.Add(OnnxAttribute.Int("to", (long)type).Message);
        return cast;
    }
}
