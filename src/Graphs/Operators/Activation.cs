using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>The element-wise non-linearities.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActivationKind>))]
public enum ActivationKind
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6,

    /// <summary>x where it is positive, else slope * x.</summary>
    LeakyRelu,

    /// <summary>x where it is positive, else alpha * (e^x - 1).</summary>
    Elu,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>x times the distribution function of N(0, 1) at x.</summary>
    Gelu,

    /// <summary>x * min(max(x + 3, 0), 6) / 6.</summary>
    HardSwish,

    /// <summary>min(max(x + 3, 0), 6) / 6.</summary>
    HardSigmoid,

    /// <summary>log(1 + e^x).</summary>
    Softplus,

    /// <summary>x * tanh(log(1 + e^x)).</summary>
    Mish,

    /// <summary>ELU with the scale 1.0507 and the alpha 1.6733.</summary>
    Selu,

    /// <summary>x where it is positive, else alpha * (e^(x / alpha) - 1).</summary>
    Celu,

    /// <summary>
    /// x / 2 (1 + tanh(√(2 / π) (x + 0.044715 x³))): the approximation of <see cref="Gelu"/> that some networks were
    /// trained with.
    /// </summary>
    GeluTanh,

    /// <summary>e^x.</summary>
    Exp,
}

/// <summary>
/// An element-wise non-linearity. <paramref name="Slope"/> is LeakyRelu's negative slope, or the alpha of Elu and Celu.
/// </summary>
public sealed record Activation(ActivationKind Kind, double Slope = 0) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return shapes.Inputs[0];
    }

    public override Tensor Run(in RunContext context)
    {
        var x = context.Input;
        return Kind switch
        {
            ActivationKind.Relu => context.InPlace ? Overwrite(x) : Aten.Relu(x),
            ActivationKind.Relu6 => Relu6(x),
            ActivationKind.LeakyRelu => Aten.LeakyRelu(x, Slope),
            ActivationKind.Elu => Aten.Elu(x, Slope),
            ActivationKind.Sigmoid => Aten.Sigmoid(x),
            ActivationKind.Tanh => Aten.Tanh(x),
            ActivationKind.Silu => Aten.Silu(x),
            ActivationKind.Gelu => Aten.Gelu(x),
            ActivationKind.HardSwish => Aten.Hardswish(x),
            ActivationKind.HardSigmoid => Aten.Hardsigmoid(x),
            ActivationKind.Softplus => Aten.Softplus(x),
            ActivationKind.Mish => Aten.Mish(x),
            ActivationKind.Selu => Aten.Selu(x),
            ActivationKind.Celu => Aten.Celu(x, Slope),
            ActivationKind.GeluTanh => Aten.Gelu(x, "tanh"),
            ActivationKind.Exp => Aten.Exp(x),
            _ => throw new InvalidOperationException($"Activation {Kind} has no run rule."),
        };
    }

    // libtorch's hardtanh has no backward pass in bfloat16 on a CPU.
    private static Tensor Relu6(Tensor x)
    {
        if (x.DType != DType.BFloat16)
        {
            return Aten.Hardtanh(x, 0, 6);
        }

        using var positive = Aten.Relu(x);
        return Aten.Clamp(positive, max: 6);
    }

    private static Tensor Overwrite(Tensor x)
    {
        Aten.ReluInPlace(x);
        return x.Alias();
    }

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) =>
        Kind is not (ActivationKind.Sigmoid or ActivationKind.HardSigmoid or ActivationKind.Softplus
            or ActivationKind.Exp);

    public override bool CanRunInPlace => Kind == ActivationKind.Relu;

    public override string ToString() => Slope == 0 ? $"{Kind}" : $"{Kind}({Slope})";
}
