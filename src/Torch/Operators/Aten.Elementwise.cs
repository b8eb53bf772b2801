using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>Arithmetic on each element, with broadcasting.</content>
public static partial class Aten
{
    private static readonly AtenOperator AddOperator = new("aten::add", "Tensor");
    private static readonly AtenOperator AddScalarOperator = new("aten::add", "Scalar");
    private static readonly AtenOperator AddInPlaceOperator = new("aten::add_", "Tensor");
    private static readonly AtenOperator AddScalarInPlaceOperator = new("aten::add_", "Scalar");
    private static readonly AtenOperator SubOperator = new("aten::sub", "Tensor");
    private static readonly AtenOperator SubInPlaceOperator = new("aten::sub_", "Tensor");
    private static readonly AtenOperator MaximumOperator = new("aten::maximum");
    private static readonly AtenOperator MinimumOperator = new("aten::minimum");
    private static readonly AtenOperator MulOperator = new("aten::mul", "Tensor");
    private static readonly AtenOperator MulScalarOperator = new("aten::mul", "Scalar");
    private static readonly AtenOperator MulInPlaceOperator = new("aten::mul_", "Tensor");
    private static readonly AtenOperator MulScalarInPlaceOperator = new("aten::mul_", "Scalar");
    private static readonly AtenOperator DivOperator = new("aten::div", "Tensor");
    private static readonly AtenOperator DivScalarOperator = new("aten::div", "Scalar");
    private static readonly AtenOperator PowScalarOperator = new("aten::pow", "Scalar");
    private static readonly AtenOperator SquareOperator = new("aten::square");
    private static readonly AtenOperator SqrtOperator = new("aten::sqrt");
    private static readonly AtenOperator RsqrtOperator = new("aten::rsqrt");
    private static readonly AtenOperator ReciprocalOperator = new("aten::reciprocal");
    private static readonly AtenOperator ClampOperator = new("aten::clamp");
    private static readonly AtenOperator AbsOperator = new("aten::abs");
    private static readonly AtenOperator NegOperator = new("aten::neg");
    private static readonly AtenOperator ExpOperator = new("aten::exp");
    private static readonly AtenOperator LogOperator = new("aten::log");
    private static readonly AtenOperator EqOperator = new("aten::eq", "Tensor");
    private static readonly AtenOperator WhereOperator = new("aten::where", "self");
    private static readonly AtenOperator IsFiniteOperator = new("aten::isfinite");

    /// <summary>left + alpha * right.</summary>
    public static Tensor Add(Tensor left, Tensor right, double alpha = 1)
        => alpha == 1 ? Invoke(AddOperator, left, right) : Invoke(AddOperator, left, right, Factor(alpha));

    /// <summary>left + right.</summary>
    public static Tensor Add(Tensor left, double right) => Invoke(AddScalarOperator, left, right);

    /// <summary>left += alpha * right.</summary>
    public static void AddInPlace(Tensor left, Tensor right, double alpha = 1)
    {
        if (alpha == 1)
        {
            InvokeInPlace(AddInPlaceOperator, left, right);
        }
        else
        {
            InvokeInPlace(AddInPlaceOperator, left, right, Factor(alpha));
        }
    }

    /// <summary>left += right.</summary>
    public static void AddInPlace(Tensor left, double right) => InvokeInPlace(AddScalarInPlaceOperator, left, right);

    /// <inheritdoc cref="AddInPlace(Tensor, double)" />
    public static void AddInPlace(Tensor left, long right) => InvokeInPlace(AddScalarInPlaceOperator, left, right);

    /// <summary>left - alpha * right.</summary>
    public static Tensor Sub(Tensor left, Tensor right, double alpha = 1)
        => Invoke(SubOperator, left, right, Factor(alpha));

    /// <summary>left -= alpha * right.</summary>
    public static void SubInPlace(Tensor left, Tensor right, double alpha = 1)
        => InvokeInPlace(SubInPlaceOperator, left, right, Factor(alpha));

    /// <summary>The element-wise maximum.</summary>
    public static Tensor Maximum(Tensor left, Tensor right) => Invoke(MaximumOperator, left, right);

    /// <summary>The element-wise minimum.</summary>
    public static Tensor Minimum(Tensor left, Tensor right) => Invoke(MinimumOperator, left, right);

    /// <summary>left * right.</summary>
    public static Tensor Mul(Tensor left, Tensor right) => Invoke(MulOperator, left, right);

    /// <summary>left * right.</summary>
    public static Tensor Mul(Tensor left, double right) => Invoke(MulScalarOperator, left, right);

    /// <summary>left *= right.</summary>
    public static void MulInPlace(Tensor left, Tensor right) => InvokeInPlace(MulInPlaceOperator, left, right);

    /// <summary>left *= right.</summary>
    public static void MulInPlace(Tensor left, double right) => InvokeInPlace(MulScalarInPlaceOperator, left, right);

    /// <summary>left / right.</summary>
    public static Tensor Div(Tensor left, Tensor right) => Invoke(DivOperator, left, right);

    /// <summary>left / right.</summary>
    public static Tensor Div(Tensor left, double right) => Invoke(DivScalarOperator, left, right);

    /// <summary>A number to the power of each element.</summary>
    public static Tensor Pow(double number, Tensor exponent) => Invoke(PowScalarOperator, number, exponent);

    /// <summary>x².</summary>
    public static Tensor Square(Tensor input) => Invoke(SquareOperator, input);

    /// <summary>√x.</summary>
    public static Tensor Sqrt(Tensor input) => Invoke(SqrtOperator, input);

    /// <summary>1 / √x.</summary>
    public static Tensor Rsqrt(Tensor input) => Invoke(RsqrtOperator, input);

    /// <summary>1 / x.</summary>
    public static Tensor Reciprocal(Tensor input) => Invoke(ReciprocalOperator, input);

    /// <summary>Clamps to <paramref name="min"/> and <paramref name="max"/>; null is no bound.</summary>
    public static Tensor Clamp(Tensor input, double? min = null, double? max = null)
        => Invoke(ClampOperator, input, Optional(min), Optional(max));

    /// <summary>|x|.</summary>
    public static Tensor Abs(Tensor input) => Invoke(AbsOperator, input);

    /// <summary>-x.</summary>
    public static Tensor Neg(Tensor input) => Invoke(NegOperator, input);

    /// <summary>e^x.</summary>
    public static Tensor Exp(Tensor input) => Invoke(ExpOperator, input);

    /// <summary>The natural logarithm.</summary>
    public static Tensor Log(Tensor input) => Invoke(LogOperator, input);

    /// <summary>Element-wise equality, as <see cref="DType.Bool"/>.</summary>
    public static Tensor Eq(Tensor left, Tensor right) => Invoke(EqOperator, left, right);

    /// <summary>
    /// Elements of <paramref name="left"/> where <paramref name="condition"/> holds, else of <paramref name="right"/>.
    /// </summary>
    public static Tensor Where(Tensor condition, Tensor left, Tensor right)
        => Invoke(WhereOperator, condition, left, right);

    /// <summary>For each element: neither NaN nor infinite.</summary>
    public static Tensor IsFinite(Tensor input) => Invoke(IsFiniteOperator, input);

    // Integer tensors take no fractional alpha, so an integral one is passed as an integer.
    private static OperatorArgument Factor(double alpha)
        => alpha == Math.Truncate(alpha) && Math.Abs(alpha) < 1e15 ? (OperatorArgument)(long)alpha : alpha;

    private static OperatorArgument Optional(double? value) => value is { } number ? number : OperatorArgument.None;
}
