using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Clip: 0 to 6 is ReLU6, a lower bound of 0 is ReLU, and another single bound is a ReLU between affine maps.
/// </summary>
internal static class Clip
{
    // Files write the largest float for "no bound".
    private const double Unbounded = 1e38;

    public static void Import(NodeImport node)
    {
        var x = node.Any(0);
        node.Output(x with { Value = Bound(node, x.Value, Of(node, "min", 1), Of(node, "max", 2)) });
    }

    /// <summary>The maximum or minimum of a value and a number.</summary>
    public static void WithNumber(NodeImport node, Imported x, double number, bool isMax) =>
        node.Output(x with { Value = isMax ? Bound(node, x.Value, number, null) : Bound(node, x.Value, null, number) });

    private static double? Of(NodeImport node, string attribute, int input)
    {
        var bound = node.Node.Has(attribute)
            ? node.Node.Float(attribute, 0)
            : node.Arguments.Constant(input)?.Numbers[0];
        return bound is null || Math.Abs(bound.Value) >= Unbounded ? null : bound;
    }

    private static Value Bound(NodeImport node, Value x, double? lowest, double? highest)
    {
        Value Line(string name, Value value, double scale, double shift) => (scale, shift) == (1, 0)
            ? value
            : node.Builder.Affine(name, value, [scale], [shift]);

        Value Between(ActivationKind kind, double scale, double shift) =>
            (scale, shift) == (1, 0) ? node.Builder.Activation(node.Name, x, kind) : Line(
                node.Name,
                node.Builder.Activation(node.Part("bound"), Line(node.Part("before"), x, scale, -shift * scale), kind),
                1 / scale,
                shift);

        return (lowest, highest) switch
        {
            (null, null) => x,
            ({ } low, null) => Between(ActivationKind.Relu, 1, low),
            (null, { } high) => Between(ActivationKind.Relu, -1, high),
            (0, 6) => Between(ActivationKind.Relu6, 1, 0),
            ({ } low, { } high) when high > low => node.Builder.Add(node.Name, new Clamp(low, high), [x], []),
            _ => throw node.Error($"its lowest value {lowest} is not below its highest {highest}"),
        };
    }
}
