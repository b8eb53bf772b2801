using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Softmax and LogSoftmax. Before opset 13 they ran over all dimensions from the axis on.</summary>
internal static class Softmax
{
    private const int OneAxisSince = 13;

    public static void Import(NodeImport node)
    {
        var x = node.Any(0);
        var shape = node.Graph.ShapeOf(node.Node.Inputs[0]);
        var isOld = node.Graph.Opset < OneAxisSince;
        var axis = node.Arguments.Axis(isOld ? 1 : -1, shape.Length);
        if (isOld && shape[(axis + 1)..].Any(size => size != 1))
        {
            throw node.Error(
                $"it runs over several dimensions of {NodeShapes.Show(shape)}: "
                + $"export it with opset {OneAxisSince} or a newer one");
        }

        if (axis == x.Batch)
        {
            throw node.Error("it runs over the batch");
        }

        node.Output(x with
        {
            Value = node.Builder.Softmax(node.Name, x.Value, x.Dimension(axis), node.Node.Type == "LogSoftmax"),
        });
    }
}
