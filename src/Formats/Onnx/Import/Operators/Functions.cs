using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Functions of each element by itself, such as Abs, and powers with one known exponent.</summary>
internal static class Functions
{
    public static void Import(NodeImport node) => Import(node, Enum.Parse<ElementwiseKind>(node.Node.Type));

    public static void Ceil(NodeImport node) => Import(node, ElementwiseKind.Ceiling);

    public static void ThresholdedRelu(NodeImport node) =>
        Import(node, ElementwiseKind.Threshold, node.Node.Float("alpha", 1));

    public static void Pow(NodeImport node)
    {
        if (node.Constant(1) is not { IsScalar: true } exponent)
        {
            throw node.Error("its exponents differ from element to element: one number is read");
        }

        Import(node, ElementwiseKind.Power, exponent.Numbers[0]);
    }

    private static void Import(NodeImport node, ElementwiseKind kind, double number = 0)
    {
        var x = node.Any(0);
        var function = new Elementwise(kind, number);
        node.Output(x with { Value = node.Builder.Add(node.Name, function, [x.Value], []) });
    }
}
