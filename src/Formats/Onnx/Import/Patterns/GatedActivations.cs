namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// x * sigmoid(x) -> Silu, x * tanh(softplus(x)) -> Mish, x * hard sigmoid(x), x * clip(x + 3, 0, 6) / 6 -> HardSwish;
/// and without the factor x, clip(x + 3, 0, 6) / 6 -> HardSigmoid.
/// </summary>
internal static class GatedActivations
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.Is("Mul") || node.Is("Div")).ToArray())
        {
            if (HardGate(graph, node) is { } gated)
            {
                graph.Fuse(node, "HardSigmoid", "", [gated], ("alpha", 1f / 6), ("beta", 0.5f));
            }
        }

        foreach (var node in graph.Nodes.Where(node => node.Is("Mul") || node.Is("Div")).ToArray())
        {
            if (Halves(graph, node) is var (x, type))
            {
                graph.Fuse(node, type, type == "Silu" ? OnnxNode.Ours : "", [x]);
            }
        }
    }

    private static (string X, string Type)? Halves(OnnxGraph graph, OnnxNode node)
    {
        // (x * clip(x + 3, 0, 6)) / 6
        if (Sixth(graph, node) is { } product)
        {
            return graph.Maker(product, "Mul") is { } whole
                && whole.Inputs.FirstOrDefault(gate => Ramp(graph, gate) == whole.Other(gate)) is { } ramp
                ? (whole.Other(ramp)!, "HardSwish")
                : null;
        }

        foreach (var gate in node.Is("Mul") ? node.Inputs : [])
        {
            var x = node.Other(gate)!;
            var type = graph.Under(gate, "Sigmoid") == x ? "Silu"
                : graph.Under(gate, "Tanh") is { } inner && graph.Under(inner, "Softplus") == x ? "Mish"
                : graph.Under(gate, "HardSigmoid") == x && IsSixth(graph.Maker(gate)!) ? "HardSwish"
                : null;
            if (type is not null)
            {
                return (x, type);
            }
        }

        return null;
    }

    private static bool IsSixth(OnnxNode gate) =>
        Math.Abs(gate.Float("alpha", 0.2) - 1.0 / 6) < 1e-6 && gate.Float("beta", 0.5) == 0.5;

    private static string? HardGate(OnnxGraph graph, OnnxNode node) =>
        Sixth(graph, node) is { } ramp ? Ramp(graph, ramp) : null;

    // The dividend of a division by 6.
    private static string? Sixth(OnnxGraph graph, OnnxNode node) =>
        node.Is("Mul") ? graph.BesideScalar(node, 1.0 / 6) : graph.IsScalar(node.Inputs[1], 6) ? node.Inputs[0] : null;

    // x of clip(x + 3, 0, 6).
    private static string? Ramp(OnnxGraph graph, string value)
    {
        if (graph.Maker(value, "Clip") is not { } clip)
        {
            return null;
        }

        var low = clip.InputOrNull(1) is { } first ? graph.Scalar(first) : clip.Float("min", double.NegativeInfinity);
        var high = clip.InputOrNull(2) is { } second
            ? graph.Scalar(second)
            : clip.Float("max", double.PositiveInfinity);
        return low == 0 && high == 6 ? graph.BesideScalar(graph.Maker(clip.Inputs[0], "Add"), 3) : null;
    }
}
