using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>One call for lists of tensors, for optimizers.</content>
public static partial class Aten
{
    private static readonly AtenOperator ForeachMulOperator = new("aten::_foreach_mul_", "List");
    private static readonly AtenOperator ForeachMulScalarOperator = new("aten::_foreach_mul_", "Scalar");
    private static readonly AtenOperator ForeachAddOperator = new("aten::_foreach_add_", "List");
    private static readonly AtenOperator ForeachDivOperator = new("aten::_foreach_div", "List");
    private static readonly AtenOperator ForeachSqrtOperator = new("aten::_foreach_sqrt");
    private static readonly AtenOperator ForeachAddcmulOperator = new("aten::_foreach_addcmul_", "Scalar");
    private static readonly AtenOperator SgdStepOperator = new("ocs::sgd_step");
    private static readonly AtenOperator ForeachNormOperator = new("aten::_foreach_norm", "Scalar");

    /// <summary>tensors[i] *= factors[i], which may broadcast.</summary>
    internal static void ForeachMulInPlace(IReadOnlyList<Tensor> tensors, IReadOnlyList<Tensor> factors)
        => InvokeInPlace(ForeachMulOperator, OperatorArgument.List(tensors), OperatorArgument.List(factors));

    /// <summary>tensors[i] *= factor.</summary>
    internal static void ForeachMulInPlace(IReadOnlyList<Tensor> tensors, double factor)
        => InvokeInPlace(ForeachMulScalarOperator, OperatorArgument.List(tensors), factor);

    /// <summary>tensors[i] += alpha * others[i], which may broadcast.</summary>
    internal static void ForeachAddInPlace(
        IReadOnlyList<Tensor> tensors, IReadOnlyList<Tensor> others, double alpha = 1)
        => InvokeInPlace(ForeachAddOperator, OperatorArgument.List(tensors), OperatorArgument.List(others), alpha);

    /// <summary>left[i] / right[i], owned by the caller.</summary>
    internal static Tensor[] ForeachDiv(IReadOnlyList<Tensor> left, IReadOnlyList<Tensor> right)
        => InvokeMany(ForeachDivOperator, [OperatorArgument.List(left), OperatorArgument.List(right)]);

    /// <summary>The square root of each element of each tensor, owned by the caller.</summary>
    internal static Tensor[] ForeachSqrt(IReadOnlyList<Tensor> tensors)
        => InvokeMany(ForeachSqrtOperator, [OperatorArgument.List(tensors)]);

    /// <summary>tensors[i] += value * left[i] * right[i], which may broadcast.</summary>
    internal static void ForeachAddcmulInPlace(
        IReadOnlyList<Tensor> tensors, IReadOnlyList<Tensor> left, IReadOnlyList<Tensor> right, double value = 1)
        => InvokeInPlace(
            ForeachAddcmulOperator,
            OperatorArgument.List(tensors),
            OperatorArgument.List(left),
            OperatorArgument.List(right),
            value);

    /// <summary>
    /// The p-norm of each tensor over all its elements, each [] and owned by the caller; p is 1 or 2.
    /// </summary>
    internal static Tensor[] ForeachNorm(IReadOnlyList<Tensor> tensors, long power = 2)
        => InvokeMany(ForeachNormOperator, [OperatorArgument.List(tensors), power]);

    /// <summary>
    /// A step of gradient descent with momentum, an operator of the shim: v = momentum v + g + decay w; w -= rate (v,
    /// or with Nesterov g + decay w + momentum v). On a CPU it is one pass over memory, on a CUDA device one kernel
    /// from libtorch 2.3 on.
    /// </summary>
    /// <param name="weights">Updated in place.</param>
    /// <param name="gradients">One per weight.</param>
    /// <param name="velocities">v of each weight, updated in place; empty if momentum is 0.</param>
    /// <param name="rate">[], float32, on the CPU or on the weights' device.</param>
    /// <param name="momentum">The factor of v.</param>
    /// <param name="decay">The factor of w.</param>
    /// <param name="nesterov">Whether the step is Nesterov's.</param>
    internal static void SgdStepInPlace(
        IReadOnlyList<Tensor> weights,
        IReadOnlyList<Tensor> gradients,
        IReadOnlyList<Tensor> velocities,
        Tensor rate,
        double momentum,
        double decay,
        bool nesterov)
        => InvokeInPlace(
            SgdStepOperator,
            OperatorArgument.List(weights),
            OperatorArgument.List(gradients),
            OperatorArgument.List(velocities),
            rate,
            momentum,
            decay,
            nesterov);
}
