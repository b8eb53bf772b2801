using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>The element-wise functions of mathematics that are no usual non-linearities of networks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ElementwiseKind>))]
public enum ElementwiseKind
{
    /// <summary>|x|.</summary>
    Abs,

    /// <summary>√x.</summary>
    Sqrt,

    /// <summary>x to the power of the number.</summary>
    Power,

    /// <summary>The natural logarithm.</summary>
    Log,

    /// <summary>1 / x.</summary>
    Reciprocal,

    /// <summary>The error function.</summary>
    Erf,

    /// <summary>-1, 0 or 1.</summary>
    Sign,

    /// <summary>The next whole number below.</summary>
    Floor,

    /// <summary>The next whole number above.</summary>
    Ceiling,

    /// <summary>The nearest whole number, the even one of two.</summary>
    Round,

    /// <summary>The whole number without the fraction.</summary>
    Truncate,

    /// <summary>x / (1 + |x|).</summary>
    Softsign,

    /// <summary>x where it is above the number, else 0.</summary>
    Threshold,

    /// <summary>The sine.</summary>
    Sin,

    /// <summary>The cosine.</summary>
    Cos,

    /// <summary>The tangent.</summary>
    Tan,

    /// <summary>The inverse of the sine.</summary>
    Asin,

    /// <summary>The inverse of the cosine.</summary>
    Acos,

    /// <summary>The inverse of the tangent.</summary>
    Atan,

    /// <summary>The hyperbolic sine.</summary>
    Sinh,

    /// <summary>The hyperbolic cosine.</summary>
    Cosh,

    /// <summary>The inverse of the hyperbolic sine.</summary>
    Asinh,

    /// <summary>The inverse of the hyperbolic cosine.</summary>
    Acosh,

    /// <summary>The inverse of the hyperbolic tangent.</summary>
    Atanh,
}

/// <summary>
/// A function of each element by itself. <paramref name="Number"/> is Power's exponent, or Threshold's bound.
/// </summary>
public sealed record Elementwise(ElementwiseKind Kind, double Number = 0) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return double.IsFinite(Number)
            ? shapes.Inputs[0]
            : throw shapes.Error($"its number {Number} is not finite");
    }

    public override Tensor Run(in RunContext context)
    {
        var x = context.Input;
        return Kind switch
        {
            ElementwiseKind.Abs => Aten.Abs(x),
            ElementwiseKind.Sqrt => Aten.Sqrt(x),
            ElementwiseKind.Power => Aten.Call("aten::pow", "Tensor_Scalar", x, Number)[0],
            ElementwiseKind.Log => Aten.Log(x),
            ElementwiseKind.Reciprocal => Aten.Reciprocal(x),
            ElementwiseKind.Ceiling => Aten.Call("aten::ceil", "", x)[0],
            ElementwiseKind.Truncate => Aten.Call("aten::trunc", "", x)[0],
            ElementwiseKind.Softsign => Softsign(x),
            ElementwiseKind.Threshold => Aten.Call("aten::threshold", "", x, Number, 0.0)[0],
            _ => Aten.Call($"aten::{Kind.ToString().ToLowerInvariant()}", "", x)[0],
        };
    }

    private static Tensor Softsign(Tensor x)
    {
        using var magnitude = Aten.Abs(x);
        using var divisor = Aten.Add(magnitude, 1);
        return Aten.Div(x, divisor);
    }

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    // The gradient of a root at 0 is infinite, and stays no number when it is multiplied by 0.
    public override bool KeepsZeroChannels(NodeShapes shapes) => Kind switch
    {
        ElementwiseKind.Power => Number >= 1,
        ElementwiseKind.Threshold => Number >= 0,
        ElementwiseKind.Sqrt or ElementwiseKind.Log or ElementwiseKind.Reciprocal or ElementwiseKind.Cos
            or ElementwiseKind.Acos or ElementwiseKind.Cosh or ElementwiseKind.Acosh => false,
        _ => true,
    };

    // What has no value at 0 stays no number when it is multiplied by 0.
    public override bool ChangesWhenChannelsLeave => Kind switch
    {
        ElementwiseKind.Power => Number < 0,
        _ => Kind is ElementwiseKind.Log or ElementwiseKind.Reciprocal or ElementwiseKind.Acosh,
    };

    public override string ToString() => Number == 0 ? $"{Kind}" : $"{Kind}({Number})";
}
