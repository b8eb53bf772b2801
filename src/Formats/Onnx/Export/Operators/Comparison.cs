using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Equal, Greater and so on, then a Cast of the booleans.</summary>
internal static class Comparison
{
    private const int FirstWithOrEqual = 12;

    public static void Export(Graphs.Operators.Comparison op, NodeExport node)
    {
        var opposite = op.Kind switch
        {
            ComparisonKind.GreaterOrEqual => "Less",
            ComparisonKind.LessOrEqual => "Greater",
            _ => null,
        };
        var holds = opposite is not null && node.Opset < FirstWithOrEqual
            ? node.EmitPart("holds", "Not", [node.EmitPart("opposite", opposite, node.Inputs.AsSpan())])
            : node.EmitPart("holds", $"{op.Kind}", node.Inputs.AsSpan());
        node.EmitFloats(holds);
    }
}
