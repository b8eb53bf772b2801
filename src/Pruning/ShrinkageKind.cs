namespace Ocs.Pruning;

/// <summary>How Eq. 9 drives the pruned slices to 0.</summary>
public enum ShrinkageKind
{
    /// <summary>
    /// By the factor 1 - lambda · learning rate, with lambda of Eq. 7. Slices need not be 0 when the cut removes them.
    /// </summary>
    Strength,

    /// <summary>
    /// Along a straight line that ends exactly at 0 in the last step of <see cref="OneCycleOptions.ShrinkageEpochs"/>:
    /// by the factor 1 - 1/k with k steps left. It needs no lambda and does not depend on the learning rate.
    /// </summary>
    Deadline,
}
