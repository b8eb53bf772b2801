using Ocs.Formats.Onnx.Import.Shapes;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Transpose. If only the batch moves, nothing is computed: ours is always in front.</summary>
internal static class Transpose
{
    public static void Import(NodeImport node)
    {
        var x = node.Any(0);
        var order = MovementShapes.Order(node.Arguments);
        var moved = new Imported(x.Value, order.IndexOf(x.Batch));
        int[] ours =
        [
            .. Enumerable.Range(0, order.Length).Select(dimension => x.Dimension(order[moved.Axis(dimension)])),
        ];
        var isSame = ours.Select((dimension, place) => dimension == place).All(same => same);
        node.Output(isSame ? moved : moved with { Value = node.Builder.Permute(node.Name, x.Value, ours) });
    }
}
