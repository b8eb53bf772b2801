using System.Runtime.InteropServices;
using Ocs.Formats.Onnx.Import;
using Ocs.Graphs;
using Ocs.Torch;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Backend;

/// <summary>
/// Runs a test as a network. Our networks have one input with the batch in front: operators of images take it as it is,
/// their other inputs are weights. Of sequences the time and the batch change places. All others get a dimension of 1
/// in front, axes move by one, and float inputs are cut out of one row of numbers.
/// </summary>
internal static class BackendRun
{
    private const string Row = "row of all inputs";
    private const double Tolerance = 1e-4;

    /// <summary>What differs, or null where every output is as it must be.</summary>
    public static string? Differs(BackendCase test)
    {
        for (var output = 0; output < test.Outputs.Count; output++)
        {
            var expected = Numbers(test.Outputs[output]);
            var actual = Run(test, output);
            if (actual.Length != expected.Length)
            {
                return $"{actual.Length} numbers instead of {expected.Length}";
            }

            for (var index = 0; index < actual.Length; index++)
            {
                if (!(Math.Abs(actual[index] - expected[index]) <= Tolerance * Math.Max(1, Math.Abs(expected[index])))
                    && !actual[index].Equals(expected[index]))
                {
                    return $"number {index} of output {output} is {actual[index]} instead of {expected[index]}";
                }
            }
        }

        return null;
    }

    private static float[] Run(BackendCase test, int output)
    {
        var model = test.Model.Clone();
        var given = model.Graph.Output[output];
        model.Graph.Output.Clear();
        model.Graph.Output.Add(given);
        if (Applicability.CanBeRaised(test))
        {
            model.OpsetImport.Single(import => import.Domain is "" or "ai.onnx").Version = OnnxReader.LowestOpset;
        }

        var (numbers, shape) = Applicability.HasBatch(test) ? WithBatch(model, test)
            : Applicability.HasTimeInFront(test) ? WithBatchInFront(model, test)
            : Rows(model, test);
        var imported = OnnxImport.ToModel(OnnxReader.ToGraph(model, $"{test.Name}.onnx", default));
        using var parameters = imported.Parameters;
        using var _ = Autograd.NoGrad();
        using var input = Tensor.FromArray<float>(numbers, shape);
        using var result = new Executor(imported.Graph, parameters).Forward(input, training: false);
        return result.ToArray<float>();
    }

    private static (float[] Numbers, long[] Shape) WithBatch(ModelProto model, BackendCase test)
    {
        var weights = test.Inputs.Skip(1);
        model.Graph.Initializer.AddRange(
            weights.Where(tensor => model.Graph.Initializer.All(other => other.Name != tensor.Name)));
        return (Numbers(test.Inputs[0]), [.. test.Inputs[0].Dims]);
    }

    // Of x [T, N, I] and the last states [1, N, H] the first two dimensions change places; of the states that moves no
    // number.
    private static (float[] Numbers, long[] Shape) WithBatchInFront(ModelProto model, BackendCase test)
    {
        const string Front = "batch in front";
        var (numbers, shape) = WithBatch(model, test);
        var (time, batch, features) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        var sizes = model.Graph.Input[0].Type.TensorType.Shape.Dim;
        (sizes[0], sizes[1]) = (sizes[1].Clone(), sizes[0].Clone());
        var output = model.Graph.Output[0];
        model.Graph.Node.Insert(0, Swapped(model.Graph.Input[0].Name, Front));
        model.Graph.Node.Add(Swapped(output.Name, $"{output.Name} in front"));
        model.Graph.Node[1].Input[0] = model.Graph.Node[0].Output[0];
        output.Name = model.Graph.Node[^1].Output[0];
        output.Type.TensorType.Shape = null;
        float[] swapped =
        [
            .. from sample in Enumerable.Range(0, batch)
               from step in Enumerable.Range(0, time)
               from feature in Enumerable.Range(0, features)
               select numbers[(step * batch + sample) * features + feature],
        ];
        return (swapped, [batch, time, features]);
    }

    private static NodeProto Swapped(string input, string output)
    {
        var node = Node("Transpose", output, input);
        var order = new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints };
        order.Ints.AddRange([1, 0, 2]);
        node.Attribute.Add(order);
        return node;
    }

    private static (float[] Numbers, long[] Shape) Rows(ModelProto model, BackendCase test)
    {
        var graph = model.Graph;
        var nodes = graph.Node.ToArray();
        graph.Node.Clear();
        graph.Input.Clear();
        var row = new List<float>();
        foreach (var tensor in test.Inputs)
        {
            if (!BackendCase.IsFloat(tensor) || nodes.Any(node => ShiftedAxes.IsConstant(node, tensor.Name)))
            {
                graph.Initializer.Add(tensor);
                continue;
            }

            var (from, count) = (row.Count, Numbers(tensor).Length);
            row.AddRange(Numbers(tensor));
            graph.Node.Add(Node(
                "Slice", $"{tensor.Name} part", Row, Vector(graph, from), Vector(graph, from + count),
                Vector(graph, 1)));
            graph.Node.Add(Node(
                "Reshape", tensor.Name, $"{tensor.Name} part", Vector(graph, [1, .. Aligned(nodes, test, tensor)])));
        }

        foreach (var node in nodes)
        {
            graph.Node.Add(ShiftedAxes.Of(node, graph, test));
        }

        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 1 });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = row.Count });
        graph.Input.Add(new ValueInfoProto
        {
            Name = Row,
            Type = new() { TensorType = new() { ElemType = (int)DataType.Float, Shape = shape } },
        });
        if (model.OpsetImport.Single(import => import.Domain is "" or "ai.onnx") is { Version: < 10 } opset)
        {
            opset.Version = 10; // Slice takes its bounds as inputs from then on.
        }

        return ([.. row], [1, row.Count]);
    }

    // Values that broadcast get as many dimensions as the others, in front.
    private static IEnumerable<long> Aligned(NodeProto[] nodes, BackendCase test, TensorProto tensor)
    {
        var rank = nodes.Any(node => node.OpType is "Add"
            or "Sub" or "Mul" or "Div" or "Expand" or "Sum" or "Max" or "Min" or "Where")
            ? test.Outputs[0].Dims.Count
            : 0;
        return [.. Enumerable.Repeat(1L, Math.Max(0, rank - tensor.Dims.Count)), .. tensor.Dims];
    }

    internal static string Vector(GraphProto graph, params long[] numbers)
    {
        var tensor = new TensorProto { Name = $"vector {graph.Initializer.Count}", DataType = (int)DataType.Int64 };
        tensor.Dims.Add(numbers.Length);
        tensor.Int64Data.AddRange(numbers);
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    internal static float[] Numbers(TensorProto tensor) =>
        tensor.HasRawData ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray() : [.. tensor.FloatData];

    private static NodeProto Node(string type, string output, params string[] inputs)
    {
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        return node;
    }
}
