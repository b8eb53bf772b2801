namespace Ocs.Pruning.Saliency;

/// <summary>How a slice's norm enters the saliency.</summary>
public enum SaliencyKind
{
    /// <summary>‖w‖₂ / √|w| (Eq. 2).</summary>
    Norm,

    /// <summary>‖w‖₂² / √|w|: the authors' program leaves the square root out.</summary>
    SquaredNorm,
}

/// <summary>Whose slices are ranked.</summary>
public enum SaliencyScope
{
    /// <summary>All coupled slices (Eq. 2).</summary>
    Group,

    /// <summary>The rows of the layer that makes the channels first: the paper's "conventional" saliency.</summary>
    SingleLayer,
}
