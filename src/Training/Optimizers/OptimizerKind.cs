namespace Ocs.Training.Optimizers;

/// <summary>How gradients change the weights.</summary>
public enum OptimizerKind
{
    /// <summary>Gradient descent with momentum, as in the paper.</summary>
    Sgd,

    /// <summary>
    /// With moments of the gradient (Kingma and Ba 2015, arXiv 1412.6980); weight decay is part of the gradient.
    /// </summary>
    Adam,

    /// <summary>The same with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101).</summary>
    Adamw,
}

/// <summary>Makes optimisers.</summary>
public static class OptimizerKinds
{
    /// <summary>The optimiser that the options name, without state; the caller owns it.</summary>
    public static IOptimizer CreateOptimizer(this TrainingOptions options) => options.Optimizer switch
    {
        OptimizerKind.Adam => new Adam(options),
        OptimizerKind.Adamw => new AdamW(options),
        _ => new Sgd(options),
    };
}
