namespace Ocs.Pruning;

/// <summary>What happens to the optimiser at the cut.</summary>
public enum OptimizerAtCut
{
    /// <summary>
    /// Adam and AdamW restart, the state of other optimisers is cut. A mean squared gradient with beta2 0.999 reaches
    /// back 1,000 steps, to the large gradients of the first epochs. The cut network would learn too slowly with it.
    /// </summary>
    Auto,

    /// <summary>Its state is cut with the weights.</summary>
    CutState,

    /// <summary>It restarts without state, as in the authors' program.</summary>
    Restart,
}
