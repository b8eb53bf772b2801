namespace Ocs.Pruning.Saliency;

/// <summary>The criterion that channels are ranked by.</summary>
public enum SaliencyKind
{
    /// <summary>‖w‖₂ / √|w| (Eq. 2).</summary>
    Norm,

    /// <summary>‖w‖₂² / √|w|: the authors' program leaves the square root out.</summary>
    SquaredNorm,

    /// <summary>‖w‖₁ / |w| (Li et al. 2017).</summary>
    L1Norm,

    /// <summary>|γ| of the batch norms (Liu et al. 2017, Network Slimming).</summary>
    BatchNormScale,

    /// <summary>(Σ w ∂L/∂w)² (Molchanov et al. 2019); needs gradients.</summary>
    Taylor,

    /// <summary>Distance to the other channels' filters (He et al. 2019).</summary>
    Fpgm,

    /// <summary>‖w‖₂² relative to the channels that rank at least as high (Lee et al. 2021).</summary>
    Lamp,

    /// <summary>Drawn from a seed: what any criterion should beat.</summary>
    Random,
}
