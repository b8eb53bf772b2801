using System.Globalization;
using Ocs.Formats.Onnx.Operators;
using Ocs.Graphs;
using Ocs.Torch;
using Onnx;

namespace Ocs.Formats.Onnx;

/// <summary>Makes ONNX's message of a graph: a file in <c>Operators/</c> and a line here for each operator.</summary>
internal static class OnnxExport
{
    private const string BatchDimension = "batch";

    public static ModelProto ToModel(Graph graph, ParameterTable parameters)
    {
        var message = new GraphProto { Name = graph.Name };
        var names = new OnnxNames(graph);
        foreach (var node in graph.Nodes)
        {
            Export(node.Operator, new(graph, node, parameters, names, message));
        }

        message.Input.AddRange(graph.InputNodes.Select(node => Describe(names.Of(node), node)));
        var outputs = graph.Outputs.Distinct().Select(output => graph.Nodes[output]);
        message.Output.AddRange(outputs.Select(node => Describe(names.Of(node), node)));
        var model = new ModelProto
        {
            IrVersion = OnnxFile.IrVersion,
            ProducerName = "ocs",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            Graph = message,
        };
        if (graph.InputNodes.FirstOrDefault()?.Operator is Graphs.Operators.Input { Mean.IsEmpty: false } input)
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = "image_mean", Value = Text(input.Mean) });
            model.MetadataProps.Add(new StringStringEntryProto { Key = "image_std", Value = Text(input.StandardDeviation) });
        }

        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OnnxFile.OpsetVersion });
        return model;
    }

    internal static void Export(Operator op, NodeExport node)
    {
        switch (op)
        {
            case Graphs.Operators.Input: break;
            case Graphs.Operators.Activation activation: Activation.Export(activation, node); break;
            case Graphs.Operators.AdaptiveAveragePool2d pool: GlobalAveragePool.Export(pool, node); break;
            case Graphs.Operators.Add: Add.Export(node); break;
            case Graphs.Operators.AveragePool2d pool: AveragePool.Export(pool, node); break;
            case Graphs.Operators.BatchNorm2d norm: BatchNormalization.Export(norm, node); break;
            case Graphs.Operators.Concat concat: Concat.Export(concat, node); break;
            case Graphs.Operators.Conv2d conv: Conv.Export(conv, node); break;
            case Graphs.Operators.Dropout: Dropout.Export(node); break;
            case Graphs.Operators.Flatten: Flatten.Export(node); break;
            case Graphs.Operators.Linear: Gemm.Export(node); break;
            case Graphs.Operators.MaxPool2d pool: MaxPool.Export(pool, node); break;
            case Graphs.Operators.Slice slice: Slice.Export(slice, node); break;
            default:
                throw new OcsInputException(
                    $"Node '{node.Name}': the operator {op.GetType().Name} has no ONNX form here; save the "
                        + "network as .ocs, or leave the node out.");
        }
    }

    private static string Text(IEnumerable<float> numbers) =>
        string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static ValueInfoProto Describe(string name, Node node)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = BatchDimension });
        shape.Dim.AddRange(node.Shape.Skip(1).Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new() { Name = name, Type = new() { TensorType = tensor } };
    }
}
