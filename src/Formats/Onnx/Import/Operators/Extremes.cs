namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Max and Min of several values, one after the other. With a number it is a bound.</summary>
internal static class Extremes
{
    public static void Max(NodeImport node) => Import(node, isMax: true);

    public static void Min(NodeImport node) => Import(node, isMax: false);

    private static void Import(NodeImport node, bool isMax)
    {
        // Computed values first: constants follow their order of dimensions.
        int[] inputs = [.. Enumerable.Range(0, node.Node.Inputs.Length).OrderBy(input => node.IsConstant(input))];
        var value = node.Any(inputs[0]);
        if (inputs.Length == 2 && node.IsConstant(inputs[1]) && node.Constant(inputs[1]).IsScalar)
        {
            Clip.WithNumber(node, value, node.Constant(inputs[1]).Numbers[0], isMax);
            return;
        }

        foreach (var input in inputs[1..])
        {
            var name = input == inputs[^1] ? node.Name : node.Part("of_two");
            var (a, b) = Arithmetic.SameRank(node, value, Operand(node, input, value));
            value = a with
            {
                Value = isMax
                    ? node.Builder.Maximum(name, a.Value, b.Value)
                    : node.Builder.Minimum(name, a.Value, b.Value),
            };
        }

        node.Output(value);
    }

    private static Imported Operand(NodeImport node, int input, Imported like) => node.IsConstant(input)
        ? like with
        {
            Value = node.ParameterValue(
                node.Part("constant"),
                node.Constant(input),
                Arithmetic.Ordered(node, node.Constant(input), like)),
        }
        : node.Any(input);
}
