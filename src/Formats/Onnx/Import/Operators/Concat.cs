namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Concat. Constants, such as class tokens, become parameters with the batch size of the other values.
/// </summary>
internal static class Concat
{
    public static void Import(NodeImport node)
    {
        var count = node.Node.Inputs.Length;
        var first = node.Any(Enumerable.Range(0, count).First(input => !node.IsConstant(input)));
        var axis = node.Arguments.Axis(0, node.ShapeOf(first.Value).Length);
        if (axis == first.Batch)
        {
            throw node.Error("it joins values along the batch");
        }

        var values = Enumerable.Range(0, count).Select(input =>
        {
            if (node.IsConstant(input))
            {
                var constant = node.Constant(input);
                return node.ParameterValue(
                    node.Part("constant"), constant, Arithmetic.Ordered(node, constant, first), follows: first.Value);
            }

            var value = node.Any(input);
            return value.Batch == first.Batch
                ? value.Value
                : throw node.Error("the batch is another dimension in some of its inputs");
        }).ToArray();
        node.Output(first with { Value = node.Builder.Concat(node.Name, first.Dimension(axis), values) });
    }
}
