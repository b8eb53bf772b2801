using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>A detector's third output: the boxes selected by ONNX's NonMaxSuppression.</summary>
internal static class SelectedDetections
{
    // The same as the library's detections.
    private const long MostPerClass = 200;
    private const float LargestOverlap = 0.5f;
    private const float LeastProbability = 0.05f;

    /// <summary>Adds Slice, Transpose and NonMaxSuppression behind boxes and probabilities.</summary>
    public static void Add(ExportContext context)
    {
        var outputs = context.Graph.Outputs.Select(output => context.Graph.Nodes[output]).ToList();
        var node = new NodeExport(context, outputs[1]);
        var objects = node.EmitPart(
            "objects", "Slice",
            [
                context.Names.Of(outputs[1]), node.Vector("after_background", 1), node.Vector("end", long.MaxValue),
                node.Vector("class_axis", 2),
            ]);
        var scores = node.EmitPart("scores", "Transpose", [objects], OnnxAttribute.Ints("perm", 0, 2, 1));
        var suppression = new NodeProto
        {
            Name = context.Names.Fresh("selection"),
            OpType = "NonMaxSuppression",
            Input =
            {
                context.Names.Of(outputs[0]), scores, node.Vector("most_per_class", MostPerClass),
                node.Floats("largest_overlap", [1], LargestOverlap),
                node.Floats("least_probability", [1], LeastProbability),
            },
            Output = { context.Names.Fresh("selected") },
        };
        context.Message.Node.Add(suppression);
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension(), Size(3) } };
        context.Message.Output.Add(new ValueInfoProto
        {
            Name = suppression.Output[0],
            Type = new()
            {
                TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Int64, Shape = shape },
            },
        });
    }

    private static TensorShapeProto.Types.Dimension Size(long size) => new() { DimValue = size };
}
