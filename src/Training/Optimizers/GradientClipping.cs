using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>Bounds the common norm of all gradients of a network (Pascanu et al. 2013, arXiv 1211.5063).</summary>
public static class GradientClipping
{
    // As in PyTorch; avoids a division by zero.
    private const double Offset = 1e-6;

    /// <summary>
    /// Multiplies all gradients by the same factor, so that their common 2-norm is at most a bound, as PyTorch's
    /// <c>clip_grad_norm_</c> does: min(1, bound / (norm + 1e-6)). Parameters without a gradient are left out. The host
    /// reads nothing back.
    /// </summary>
    /// <param name="parameters">The parameters of one network, with their final gradients.</param>
    /// <param name="maximumNorm">The bound, above 0.</param>
    public static void Apply(ParameterTable parameters, double maximumNorm)
    {
        using var _ = Autograd.NoGrad();
        var gradients = parameters.Trainable.Select(name => parameters[name].GetGradient()).OfType<Tensor>().ToArray();
        Tensor[] norms = [];
        try
        {
            norms = Aten.ForeachNorm(gradients);
            using var factor = Factor(norms, maximumNorm);
            Aten.ForeachMulInPlace(gradients, [.. gradients.Select(_ => factor)]);
        }
        finally
        {
            Array.ForEach(gradients, gradient => gradient.Dispose());
            Array.ForEach(norms, norm => norm.Dispose());
        }
    }

    private static Tensor Factor(Tensor[] norms, double maximumNorm)
    {
        using var stacked = Aten.Stack(norms);
        using var squares = Aten.Square(stacked);
        using var sum = Aten.Sum(squares);
        using var norm = Aten.Sqrt(sum);
        Aten.AddInPlace(norm, Offset);
        using var inverse = Aten.Reciprocal(norm);
        Aten.MulInPlace(inverse, maximumNorm);
        return Aten.Clamp(inverse, max: 1);
    }
}
