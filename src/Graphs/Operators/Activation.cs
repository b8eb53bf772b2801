using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>The element-wise non-linearities.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActivationKind>))]
public enum ActivationKind
{
    Relu,
    Relu6,
    LeakyRelu,
    Elu,
    Sigmoid,
    Tanh,
    Silu,
    Gelu,
    HardSwish,
    HardSigmoid,
    Softplus,
    Mish,
    Selu,
    Celu,

    /// <summary>x / 2 (1 + tanh(√(2 / π) (x + 0.044715 x³))): the approximation of <see cref="Gelu"/> that some networks were trained with.</summary>
    GeluTanh,
}

/// <summary>An element-wise non-linearity. <paramref name="Slope"/> is LeakyRelu's negative slope, or the alpha of Elu and Celu.</summary>
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
            ActivationKind.Relu6 => Aten.Hardtanh(x, 0, 6),
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
            _ => throw new InvalidOperationException($"Activation {Kind} has no run rule."),
        };
    }

    private static Tensor Overwrite(Tensor x)
    {
        Aten.ReluInPlace(x);
        return x.Alias();
    }

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) =>
        Kind is not (ActivationKind.Sigmoid or ActivationKind.HardSigmoid or ActivationKind.Softplus);

    public override bool CanRunInPlace => Kind == ActivationKind.Relu;

    public override string ToString() => Slope == 0 ? $"{Kind}" : $"{Kind}({Slope})";
}
