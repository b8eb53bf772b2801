using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// Keeps float16 gradients from underflow. The loss is multiplied by a factor. It grows while gradients are finite, and
/// shrinks when one is not; such a step is skipped. The constants are those of PyTorch's GradScaler.
/// </summary>
/// <remarks>Micikevicius et al. 2018, arXiv 1710.03740, section 3.2.</remarks>
internal sealed class LossScaler
{
    private const double InitialScale = 65536;
    private const double Growth = 2;
    private const double Backoff = 0.5;
    private const int GrowthSteps = 2000;
    private int _goodSteps;

    /// <summary>The present factor.</summary>
    public double Scale { get; private set; } = InitialScale;

    /// <summary>The factor, and how many steps it has held.</summary>
    public (double Scale, int GoodSteps) State
    {
        get => (Scale, _goodSteps);
        set => (Scale, _goodSteps) = value;
    }

    /// <summary>The loss to call backward on, owned by the caller.</summary>
    public Tensor Apply(Tensor loss) => Aten.Mul(loss, Scale);

    /// <summary>
    /// Divides all gradients by the factor and adapts it. Returns false if one was not finite; then all are dropped,
    /// and the step must be skipped.
    /// </summary>
    public bool Unscale(ParameterTable parameters)
    {
        using var _ = Autograd.NoGrad();
        var gradients = parameters.Trainable.Select(name => parameters[name].GetGradient()).OfType<Tensor>().ToArray();
        try
        {
            Aten.ForeachMulInPlace(gradients, 1 / Scale);
            if (AreFinite(gradients))
            {
                _goodSteps++;
                if (_goodSteps == GrowthSteps)
                {
                    (Scale, _goodSteps) = (Scale * Growth, 0);
                }

                return true;
            }
        }
        finally
        {
            Array.ForEach(gradients, gradient => gradient.Dispose());
        }

        parameters.ClearGradients();
        (Scale, _goodSteps) = (Scale * Backoff, 0);
        return false;
    }

    // Only one number is copied from the device: the sum of the norms is finite only if every gradient is.
    private static bool AreFinite(Tensor[] gradients)
    {
        var norms = Aten.ForeachNorm(gradients, power: 1);
        try
        {
            using var stacked = Aten.Stack(norms);
            using var sum = Aten.Sum(stacked);
            return float.IsFinite(sum.Item<float>());
        }
        finally
        {
            Array.ForEach(norms, norm => norm.Dispose());
        }
    }
}
