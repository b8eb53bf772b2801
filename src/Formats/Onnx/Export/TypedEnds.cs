using Google.Protobuf.Collections;
using Ocs.Graphs;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// The network computes with floats of one width. Inputs and outputs of other types get a Cast: integers, booleans, and
/// floats of other widths.
/// </summary>
internal static class TypedEnds
{
    /// <summary>Adds the casts.</summary>
    /// <param name="message">The network's nodes, inputs and outputs.</param>
    /// <param name="context">The state of the export.</param>
    /// <param name="computed">The type of the network's numbers.</param>
    /// <param name="floatsStay">Whether float inputs and outputs keep their width.</param>
    public static void Apply(GraphProto message, ExportContext context, DataType computed, bool floatsStay)
    {
        var graph = context.Graph;
        if (graph.Origin is not { } origin)
        {
            return;
        }

        var nodes = Enumerable.Range(0, graph.Nodes.Length)
            .Where(node => graph.Nodes[node].Operator is Graphs.Operators.Input);
        foreach (var (node, input) in nodes.Zip(origin.Inputs))
        {
            if (!context.WholeNumbers.Contains(node) && TypeOf(input, computed, floatsStay) is { } type)
            {
                message.Node.Insert(0, Cast(input.Name, Inside(message, input.Name), computed));
                State(message.Input, input.Name, type);
            }
        }

        foreach (var output in origin.Outputs.DistinctBy(output => output.Name))
        {
            if (TypeOf(output, computed, floatsStay) is { } type)
            {
                message.Node.Add(Cast(Inside(message, output.Name), output.Name, type));
                State(message.Output, output.Name, type);
            }
        }
    }

    /// <summary>A Cast node.</summary>
    public static NodeProto Cast(string from, string to, DataType type)
    {
        var cast = new NodeProto { Name = $"{to}/cast", OpType = "Cast", Input = { from }, Output = { to } };
        cast.Attribute.Add(OnnxAttribute.Int("to", (long)type).Message);
        return cast;
    }

    // The value's type if it differs from that of the network's numbers; null if it is equal or not stated.
    private static DataType? TypeOf(OriginValue value, DataType computed, bool floatsStay) =>
        Enum.TryParse<DataType>(value.Type, out var type) && type != computed && type != DataType.Undefined
            && (floatsStay || !IsFloat(type))
            ? type
            : null;

    private static bool IsFloat(DataType type) =>
        type is DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double;

    private static void State(RepeatedField<ValueInfoProto> values, string name, DataType type)
    {
        foreach (var value in values.Where(value => value.Name == name))
        {
            value.Type.TensorType.ElemType = (int)type;
        }
    }

    // The network's value for a public name of an input or output.
    private static string Inside(GraphProto message, string name)
    {
        var inside = $"{name}:inside";
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
}
