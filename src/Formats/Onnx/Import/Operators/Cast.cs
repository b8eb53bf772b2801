using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Casts. All values here are floats, so casts to float change nothing. Casts to integers truncate, except before
/// embeddings, which truncate indices themselves. Casts to booleans give 1 for numbers other than 0.
/// </summary>
internal static class Cast
{
    public static void Import(NodeImport node)
    {
        var output = node.Node.Output;
        var isIndex = node.Graph.KindOf(output) == OnnxKind.Integer
            && !node.Graph.Outputs.Contains(output)
            && node.Graph.Users(output).All(user => user.Is("Gather") && user.Inputs[0] != output);
        var (from, to) = (node.Graph.KindOf(node.Node.Inputs[0]), node.Graph.KindOf(output));
        if (isIndex || to == OnnxKind.Float)
        {
            node.Output(node.Any(0));
            return;
        }

        Ends.RequireUse(node);
        var x = node.Any(0);
        node.Output(from == OnnxKind.Boolean ? x : x with
        {
            Value = to == OnnxKind.Boolean ? Logic.IsNotZero(node, x)
                : node.Builder.Add(node.Name, new Elementwise(ElementwiseKind.Truncate), [x.Value], []),
        });
    }

    /// <summary>DequantizeLinear of a network's input: (x - zero) * scale.</summary>
    public static void Dequantize(NodeImport node)
    {
        var (x, scale, zero) = (node.Any(0), node.Constant(1), node.Arguments.ConstantOrNull(2));
        if (!scale.IsScalar || zero is { IsScalar: false })
        {
            throw node.Error("it scales the numbers of a computed value by more than one number");
        }

        node.Graph.Dequantized++;
        var shift = -(zero?.Numbers[0] ?? 0) * scale.Numbers[0];
        node.Output(x with { Value = node.Builder.Affine(node.Name, x.Value, [scale.Numbers[0]], [shift]) });
    }
}
