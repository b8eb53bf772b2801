using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Element-wise functions, such as Abs, and powers.</summary>
internal static class Functions
{
    public static void Import(NodeImport node) => Import(node, Enum.Parse<ElementwiseKind>(node.Node.Type));

    public static void Ceil(NodeImport node) => Import(node, ElementwiseKind.Ceiling);

    public static void ThresholdedRelu(NodeImport node) =>
        Import(node, ElementwiseKind.Threshold, node.Node.Float("alpha", 1));

    public static void Pow(NodeImport node)
    {
        if (node.Arguments.ConstantOrNull(1) is { IsScalar: true } exponent)
        {
            Import(node, ElementwiseKind.Power, exponent.Numbers[0]);
            return;
        }

        var (a, b) = Operands.Pair(node);
        var power = new Graphs.Operators.Arithmetic(ArithmeticKind.Power);
        node.Output(a with { Value = node.Builder.Add(node.Name, power, [a.Value, b.Value], []) });
    }

    private static void Import(NodeImport node, ElementwiseKind kind, double number = 0)
    {
        var x = node.Any(0);
        var function = new Elementwise(kind, number);
        node.Output(x with { Value = node.Builder.Add(node.Name, function, [x.Value], []) });
    }
}
