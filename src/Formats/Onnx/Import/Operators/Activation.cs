using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Non-linearities, element by element.</summary>
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
            "Selu" => (CheckedSelu(node), 0),
            "Sigmoid" => (ActivationKind.Sigmoid, 0),
            "Tanh" => (ActivationKind.Tanh, 0),
            "HardSwish" => (ActivationKind.HardSwish, 0),
            "Softplus" => (ActivationKind.Softplus, 0),
            "Mish" => (ActivationKind.Mish, 0),
            "Gelu" => (node.Node.Text("approximate", "none") == "tanh" ? ActivationKind.GeluTanh : ActivationKind.Gelu, 0.0),
            _ => throw OnnxOperators.Unknown(node.Node),
        };
        var x = node.Any(0);
        node.Output(x with { Value = node.Builder.Activation(node.Name, x.Value, kind, slope) });
    }

    /// <summary>max(0, min(1, alpha x + beta)); ours has alpha 1 / 6 and beta 1 / 2.</summary>
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
        var isPerChannel = aligned.Where((size, dimension) => size != 1 && dimension != 1).Any()
            ? throw node.Error($"its slope {NodeShapes.Show(slope.Shape)} is neither one number nor one a channel of {NodeShapes.Show(shape)}")
            : slope.Count > 1;
        var spec = node.Parameter(slope, "weight", ParameterRole.Bias, [isPerChannel ? shape[1] : 1]);
        node.Output(node.Builder.Add(node.Name, new PRelu(), [x], [spec]));
    }

    private static ActivationKind CheckedSelu(NodeImport node) =>
        Math.Abs(node.Node.Float("alpha", SeluAlpha) - SeluAlpha) < Tolerance && Math.Abs(node.Node.Float("gamma", SeluGamma) - SeluGamma) < Tolerance
            ? ActivationKind.Selu
            : throw node.Error("its alpha or gamma are not those of SELU");
}
