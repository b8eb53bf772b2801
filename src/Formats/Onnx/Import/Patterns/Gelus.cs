namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// x Φ(x), by the error function or by tanh (Hendrycks and Gimpel 2016, arXiv 1606.08415), with its factors in any
/// order -> Gelu.
/// </summary>
internal static class Gelus
{
    private const double Bend = 0.044715;

    public static void Apply(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.Is("Mul")).ToArray())
        {
            if (Factors(graph, node) is var (x, sum) && graph.BesideScalar(graph.Maker(sum, "Add"), 1) is { } bounded)
            {
                if (IsErf(graph, bounded, x))
                {
                    graph.Fuse(node, "Gelu", "", [x], ("approximate", "none"));
                }
                else if (IsTanh(graph, bounded, x))
                {
                    graph.Fuse(node, "Gelu", "", [x], ("approximate", "tanh"));
                }
            }
        }
    }

    // x and 1 + ..., whose product is halved: (x * sum) / 2, (x / 2) * sum, x * (sum / 2).
    private static (string X, string Sum)? Factors(OnnxGraph graph, OnnxNode node)
    {
        if (graph.BesideScalar(node, 0.5) is { } product)
        {
            return graph.Maker(product, "Mul") is { } whole ? Ordered(whole.Inputs[0], whole.Inputs[1]) : null;
        }

        var (left, right) = (node.Inputs[0], node.Inputs[1]);
        return Half(graph, left) is { } halvedLeft ? Ordered(halvedLeft, right)
            : Half(graph, right) is { } halvedRight ? Ordered(left, halvedRight)
            : null;

        (string, string) Ordered(string one, string other) =>
            graph.Maker(other, "Add") is not null && IsSum(other) ? (one, other) : (other, one);

        bool IsSum(string value) => graph.BesideScalar(graph.Maker(value, "Add"), 1) is not null;
    }

    private static string? Half(OnnxGraph graph, string value) => graph.BesideScalar(graph.Maker(value, "Mul"), 0.5)
        ?? (
            graph.Maker(value, "Div") is { } quotient && graph.IsScalar(quotient.Inputs[1], 2)
                ? quotient.Inputs[0]
                : null);

    private static bool IsErf(OnnxGraph graph, string value, string x) => graph.Under(value, "Erf") is { } scaled
        && (graph.BesideScalar(graph.Maker(scaled, "Mul"), Math.Sqrt(0.5)) == x
            || (
                graph.Maker(scaled, "Div") is { } quotient
                    && quotient.Inputs[0] == x
                    && graph.IsScalar(quotient.Inputs[1], Math.Sqrt(2))));

    // tanh(sqrt(2 / π) (x + 0.044715 x³)), and with x taken out: sqrt(2 / π) x (1 + 0.044715 x²).
    private static bool IsTanh(OnnxGraph graph, string value, string x)
    {
        var scale = Math.Sqrt(2 / Math.PI);
        if (graph.Under(value, "Tanh") is not { } inner || graph.Maker(inner, "Mul") is not { } product)
        {
            return false;
        }

        if (graph.BesideScalar(product, scale) is { } polynomial)
        {
            return (graph.Maker(polynomial, "Add").Other(x) is { } cubic && IsBent(graph, cubic, x, power: 3))
                || (graph.Maker(polynomial, "Mul").Other(x) is { } factor && IsFactor(graph, factor, x));
        }

        return product.Inputs.Any(scaled => graph.BesideScalar(graph.Maker(scaled, "Mul"), scale) == x
            && product.Other(scaled) is { } factor && IsFactor(graph, factor, x));
    }

    private static bool IsFactor(OnnxGraph graph, string value, string x) =>
        graph.BesideScalar(graph.Maker(value, "Add"), 1) is { } bent && IsBent(graph, bent, x, power: 2);

    private static bool IsBent(OnnxGraph graph, string value, string x, int power) =>
        graph.Maker(value, "Mul") is { } product
            && (graph.BesideScalar(product, Bend) is { } raised
                ? IsPower(graph, raised, x, power)
                : power == 3
                    && product.Inputs.Any(part =>
                        IsBent(graph, part, x, 1)
                            && product.Other(part) is { } square
                            && IsPower(graph, square, x, 2)));

    private static bool IsPower(OnnxGraph graph, string value, string x, int power) =>
        power == 1 ? value == x
        : graph.Maker(value, "Pow") is { } raised ? raised.Inputs[0] == x && graph.IsScalar(raised.Inputs[1], power)
        : graph.Maker(value, "Mul").Other(x) is { } rest && IsPower(graph, rest, x, power - 1);
}
