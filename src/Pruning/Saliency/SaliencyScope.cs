namespace Ocs.Pruning.Saliency;

/// <summary>Which slices are ranked.</summary>
public enum SaliencyScope
{
    /// <summary>All coupled slices (Eq. 2).</summary>
    Group,

    /// <summary>The rows of the layer that makes the channels first: the paper's "conventional" saliency.</summary>
    SingleLayer,
}
