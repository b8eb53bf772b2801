using Ocs.Formats.Onnx.Import.Shapes;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Split: one slice per part, named <c>NODE/0</c>, <c>NODE/1</c>, ...</summary>
internal static class Split
{
    public static void Import(NodeImport node)
    {
        var x = node.Any(0);
        var axis = node.Arguments.Axis(0, node.ShapeOf(x.Value).Length);
        if (axis == x.Batch)
        {
            throw node.Error("it splits the batch");
        }

        var parts = MovementShapes.Infer(node.Arguments);
        var start = 0L;
        for (var part = 0; part < parts.Length; part++)
        {
            var length = parts[part][axis];
            if (node.Node.OutputOrNull(part) is not null)
            {
                var name = node.Part(FormattableString.Invariant($"{part}"));
                node.Output(
                    x with { Value = node.Builder.Slice(name, x.Value, x.Dimension(axis), (int)start, (int)length) },
                    part);
            }

            start += length;
        }
    }
}
