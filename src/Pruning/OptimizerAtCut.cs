namespace Ocs.Pruning;

/// <summary>What becomes of the optimiser at the cut.</summary>
public enum OptimizerAtCut
{
    /// <summary>Its state is cut with the weights.</summary>
    CutState,

    /// <summary>It starts anew, as in the authors' program.</summary>
    Restart,
}
