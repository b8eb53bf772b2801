using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Activation functions. SELU with another alpha or gamma is ELU times gamma.</summary>
internal static class Activation
{
    private const double SeluAlpha = 1.67326319217681884765625;
    private const double SeluGamma = 1.05070102214813232421875;
    private const double Tolerance = 1e-6;

    public static void Import(NodeImport node)
    {
        var (kind, slope) = node.Node.Type switch
        {
            "Relu" => (ActivationKind.Relu, 0),
            "LeakyRelu" => (ActivationKind.LeakyRelu, node.Node.Float("alpha", 0.01)),
            "Elu" => (ActivationKind.Elu, node.Node.Float("alpha", 1)),
            "Celu" => (ActivationKind.Celu, node.Node.Float("alpha", 1)),
            "Selu" when IsSelu(node) => (ActivationKind.Selu, 0),
            "Sigmoid" => (ActivationKind.Sigmoid, 0),
            "Tanh" => (ActivationKind.Tanh, 0),
            "HardSwish" => (ActivationKind.HardSwish, 0),
            "Softplus" => (ActivationKind.Softplus, 0),
            "Exp" => (ActivationKind.Exp, 0),
            "Mish" => (ActivationKind.Mish, 0),
            "Gelu" => (GeluKind(node), 0.0),
            "Selu" => (ActivationKind.Elu, node.Node.Float("alpha", SeluAlpha)),
            _ => throw OnnxOperators.Unknown(node.Node),
        };
        var x = node.Any(0);
        if (node.Node.Type == "Selu" && kind == ActivationKind.Elu)
        {
            var elu = node.Builder.Activation(node.Part("elu"), x.Value, kind, slope);
            node.Output(
                x with { Value = node.Builder.Affine(node.Name, elu, [node.Node.Float("gamma", SeluGamma)], [0]) });
            return;
        }

        node.Output(x with { Value = node.Builder.Activation(node.Name, x.Value, kind, slope) });
    }

    /// <summary>max(0, min(1, alpha x + beta)); ours has alpha = 1 / 6 and beta = 1 / 2.</summary>
    public static void HardSigmoid(NodeImport node)
    {
        var (alpha, beta) = (node.Node.Float("alpha", 0.2), node.Node.Float("beta", 0.5));
        var x = node.Any(0);
        var value = x.Value;
        if (Math.Abs(6 * alpha - 1) > Tolerance || Math.Abs(beta - 0.5) > Tolerance)
        {
            value = node.Builder.Affine(node.Part("line"), value, [6 * alpha], [6 * (beta - 0.5)]);
        }

        node.Output(x with { Value = node.Builder.Activation(node.Name, value, ActivationKind.HardSigmoid) });
    }

    public static void PRelu(NodeImport node)
    {
        var x = node.Input();
        var (shape, slope) = (node.ShapeOf(x), node.Constant(1));
        var aligned = Arithmetic.Aligned(node, slope.Shape, shape.Length);
        if (aligned.Where((size, dimension) => size != 1 && dimension != 1).Any())
        {
            SlopeAPosition(node, x, slope);
            return;
        }

        var spec = node.Parameter(slope, "weight", ParameterRole.Bias, [slope.Count > 1 ? shape[1] : 1]);
        node.Output(node.Builder.Add(node.Name, new PRelu(), [x], [spec]));
    }

    // ReLU(x) - slope ReLU(-x).
    private static void SlopeAPosition(NodeImport node, Value x, OnnxTensor slope)
    {
        var negative = node.Builder.Relu(node.Part("negative"), node.Builder.Affine(node.Part("minus"), x, [-1], [0]));
        var slopes = node.ParameterValue(node.Part("slope"), slope, Arithmetic.Ordered(node, slope, new(x)));
        var bent = node.Builder.Multiply(node.Part("bent"), negative, slopes);
        node.Output(node.Builder.Subtract(node.Name, node.Builder.Relu(node.Part("positive"), x), bent));
    }

    private static ActivationKind GeluKind(NodeImport node) => node.Node.Text("approximate", "none") switch
    {
        "none" => ActivationKind.Gelu,
        "tanh" => ActivationKind.GeluTanh,
        var other => throw node.Error($"its approximation '{other}' is not known: ONNX has none and tanh"),
    };

    private static bool IsSelu(NodeImport node) =>
        Math.Abs(node.Node.Float("alpha", SeluAlpha) - SeluAlpha) < Tolerance
            && Math.Abs(node.Node.Float("gamma", SeluGamma) - SeluGamma) < Tolerance;
}
