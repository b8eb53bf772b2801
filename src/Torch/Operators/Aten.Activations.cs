using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>Activations.</content>
public static partial class Aten
{
    private static readonly AtenOperator ReluOperator = new("aten::relu");
    private static readonly AtenOperator ReluInPlaceOperator = new("aten::relu_");
    private static readonly AtenOperator HardtanhOperator = new("aten::hardtanh");
    private static readonly AtenOperator LeakyReluOperator = new("aten::leaky_relu");
    private static readonly AtenOperator EluOperator = new("aten::elu");
    private static readonly AtenOperator SeluOperator = new("aten::selu");
    private static readonly AtenOperator CeluOperator = new("aten::celu");
    private static readonly AtenOperator SigmoidOperator = new("aten::sigmoid");
    private static readonly AtenOperator TanhOperator = new("aten::tanh");
    private static readonly AtenOperator SiluOperator = new("aten::silu");
    private static readonly AtenOperator GeluOperator = new("aten::gelu");
    private static readonly AtenOperator HardswishOperator = new("aten::hardswish");
    private static readonly AtenOperator HardsigmoidOperator = new("aten::hardsigmoid");
    private static readonly AtenOperator SoftplusOperator = new("aten::softplus");
    private static readonly AtenOperator MishOperator = new("aten::mish");

    /// <summary>max(x, 0).</summary>
    public static Tensor Relu(Tensor input) => Invoke(ReluOperator, input);

    /// <summary>max(x, 0).</summary>
    public static void ReluInPlace(Tensor tensor) => InvokeInPlace(ReluInPlaceOperator, tensor);

    /// <summary>Clamps to a range; ReLU6 is <c>Hardtanh(x, 0, 6)</c>.</summary>
    public static Tensor Hardtanh(Tensor input, double lowest = -1, double highest = 1) =>
        Invoke(HardtanhOperator, input, lowest, highest);

    /// <summary>x if it is positive, else <paramref name="slope"/> * x.</summary>
    public static Tensor LeakyRelu(Tensor input, double slope = 0.01) => Invoke(LeakyReluOperator, input, slope);

    /// <summary>x if it is positive, else <paramref name="alpha"/> * (e^x - 1).</summary>
    public static Tensor Elu(Tensor input, double alpha = 1) => Invoke(EluOperator, input, alpha);

    /// <summary>
    /// ELU with the scale 1.0507 and the alpha 1.6733 of self-normalizing networks (Klambauer et al. 2017).
    /// </summary>
    public static Tensor Selu(Tensor input) => Invoke(SeluOperator, input);

    /// <summary>x if it is positive, else <paramref name="alpha"/> * (e^(x / alpha) - 1).</summary>
    public static Tensor Celu(Tensor input, double alpha = 1) => Invoke(CeluOperator, input, alpha);

    /// <summary>1 / (1 + e^-x).</summary>
    public static Tensor Sigmoid(Tensor input) => Invoke(SigmoidOperator, input);

    /// <summary>The hyperbolic tangent.</summary>
    public static Tensor Tanh(Tensor input) => Invoke(TanhOperator, input);

    /// <summary>x * sigmoid(x), also called swish.</summary>
    public static Tensor Silu(Tensor input) => Invoke(SiluOperator, input);

    /// <summary>
    /// x times the cumulative normal distribution at x; <paramref name="approximate"/> is <c>none</c> or <c>tanh</c>.
    /// </summary>
    public static Tensor Gelu(Tensor input, string approximate = "none") => Invoke(GeluOperator, input, approximate);

    /// <summary>x * min(max(x + 3, 0), 6) / 6.</summary>
    public static Tensor Hardswish(Tensor input) => Invoke(HardswishOperator, input);

    /// <summary>min(max(x + 3, 0), 6) / 6.</summary>
    public static Tensor Hardsigmoid(Tensor input) => Invoke(HardsigmoidOperator, input);

    /// <summary>log(1 + e^(beta x)) / beta; x if beta x is above the threshold.</summary>
    public static Tensor Softplus(Tensor input, double beta = 1, double threshold = 20) =>
        Invoke(SoftplusOperator, input, beta, threshold);

    /// <summary>x * tanh(softplus(x)).</summary>
    public static Tensor Mish(Tensor input) => Invoke(MishOperator, input);
}
