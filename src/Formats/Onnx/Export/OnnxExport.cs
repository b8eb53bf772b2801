using System.Globalization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// Makes ONNX's message of a graph: a file in <c>Operators/</c> and a line in <see cref="ExportTable"/> for each
/// operator.
/// </summary>
internal static class OnnxExport
{
    private const string BatchDimension = "batch";

    public static ModelProto ToModel(Graph graph, ParameterTable parameters, int opset, OnnxWeights weights)
    {
        var message = new GraphProto { Name = graph.Name };
        var context = new ExportContext(graph, parameters, opset, new(graph), weights, message, WholeNumbers(graph));
        foreach (var node in graph.Nodes)
        {
            ExportTable.Export(node, new(context, node));
        }

        var followsBatch = FollowsBatch(graph);
        var inputs = Enumerable.Range(0, graph.Nodes.Length).Where(index => graph.Nodes[index].Operator is Input);
        message.Input.AddRange(inputs.Select(input => Describe(context, input, followsBatch: true)));
        message.Output.AddRange(
            graph.Outputs.Distinct().Select(output => Describe(context, output, followsBatch[output])));
        message.Initializer.AddRange(weights.Messages);
        var model = new ModelProto
        {
            IrVersion = IrVersionOf(opset),
            ProducerName = "ocs",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            Graph = message,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        AddNormalization(model, graph);
        return model;
    }

    // The version of the format that came with an operator set: a program that knows the one knows the other.
    private static int IrVersionOf(int opset) => opset switch
    {
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        _ => 10,
    };

    private static void AddNormalization(ModelProto model, Graph graph)
    {
        if (graph.InputNodes.FirstOrDefault()?.Operator is Input { Mean.IsEmpty: false } input)
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = "image_mean", Value = Text(input.Mean) });
            model.MetadataProps.Add(
                new StringStringEntryProto { Key = "image_std", Value = Text(input.StandardDeviation) });
        }
    }

    private static string Text(IEnumerable<float> numbers) =>
        string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    // Inputs that are looked up in tables, and whose values nothing else reads.
    private static HashSet<int> WholeNumbers(Graph graph) =>
    [
        .. Enumerable.Range(0, graph.Nodes.Length).Where(index =>
        {
            var readers = graph.Nodes.Where(node => node.Inputs.Contains(index)).Select(node => node.Operator).ToList();
            return graph.Nodes[index].Operator is Input
                && readers.Exists(reader => reader is Embedding)
                && readers.TrueForAll(reader => reader is Embedding or ParameterValue);
        }),
    ];

    // Tables and masks are the same for every batch.
    private static bool[] FollowsBatch(Graph graph)
    {
        var follows = new bool[graph.Nodes.Length];
        for (var index = 0; index < follows.Length; index++)
        {
            var node = graph.Nodes[index];
            follows[index] = node.Operator is Input
                || (node.Operator is not (RelativeCoordinates or ShiftedWindowMask)
                    && node.Inputs.Any(input => follows[input]));
        }

        return follows;
    }

    // A multiple of the batch has no name: ONNX has no products of names.
    private static ValueInfoProto Describe(ExportContext context, int index, bool followsBatch)
    {
        var node = context.Graph.Nodes[index];
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(node.Shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        if (followsBatch)
        {
            shape.Dim[0] = node.Shape[0] == 1 ? new() { DimParam = BatchDimension } : new();
        }

        var type = context.WholeNumbers.Contains(index)
            ? TensorProto.Types.DataType.Int64
            : TensorProto.Types.DataType.Float;
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape };
        return new() { Name = context.Names.Of(node), Type = new() { TensorType = tensor } };
    }
}
