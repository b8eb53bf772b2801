using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>The element-wise operations on two values besides <see cref="Add"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArithmeticKind>))]
public enum ArithmeticKind
{
    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a * b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,

    /// <summary>The larger of both.</summary>
    Maximum,

    /// <summary>The smaller of both.</summary>
    Minimum,

    /// <summary>a to the power of b.</summary>
    Power,

    /// <summary>What is left of a when b is taken from it as often as it goes, with the sign of a.</summary>
    Remainder,
}

/// <summary>
/// Difference, product, quotient, power, remainder, larger or smaller of two values, element by element; dimensions of
/// size 1 broadcast, as in the gate of a squeeze-excitation, [N, C, H, W] * [N, C, 1, 1].
/// </summary>
public sealed record Arithmetic(ArithmeticKind Kind) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        Broadcasting.Shape(shapes, Verb);

    public override Tensor Run(in RunContext context) => Kind switch
    {
        ArithmeticKind.Subtract => Aten.Sub(context.Inputs[0], context.Inputs[1]),
        ArithmeticKind.Multiply => Aten.Mul(context.Inputs[0], context.Inputs[1]),
        ArithmeticKind.Divide => Aten.Div(context.Inputs[0], context.Inputs[1]),
        ArithmeticKind.Maximum => Aten.Maximum(context.Inputs[0], context.Inputs[1]),
        ArithmeticKind.Minimum => Aten.Minimum(context.Inputs[0], context.Inputs[1]),
        ArithmeticKind.Power => Aten.Call("aten::pow", "Tensor_Tensor", context.Inputs[0], context.Inputs[1])[0],
        ArithmeticKind.Remainder => Aten.Call("aten::fmod", "Tensor", context.Inputs[0], context.Inputs[1])[0],
        _ => throw new InvalidOperationException($"Arithmetic {Kind} has no run rule."),
    };

    public override void Couple(ICoupling coupling) => Broadcasting.Couple(coupling);

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => Kind switch
    {
        ArithmeticKind.Multiply => true,
        ArithmeticKind.Divide or ArithmeticKind.Power or ArithmeticKind.Remainder => false,
        _ => Broadcasting.SharesChannels(shapes),
    };

    // 0 / 0 is not a number, and stays none when it is multiplied by 0.
    public override bool ChangesWhenChannelsLeave =>
        Kind is ArithmeticKind.Divide or ArithmeticKind.Remainder;

    public override Operator Resize(NodeShapes before, NodeShapes after)
    {
        Broadcasting.RequireSamePattern(before, after, Verb);
        return this;
    }

    public override string ToString() => $"{Kind}";

    private string Verb => Kind.ToString().ToLowerInvariant();
}
