namespace Ocs.Pruning.Regularization;

/// <summary>A shrinkage that reaches 0 in a given step.</summary>
/// <remarks>
/// g ← g (1 - 1/k) with k steps left, this one included: Eq. 9 with lambda = 1 / (k · learning rate). Without gradients
/// it is a straight line to 0 for any learning rate; the last factor is 0. HESSO (2409.09085) similarly shrinks towards
/// the end of a period.
/// </remarks>
internal static class DeadlineShrinkage
{
    /// <summary>What is added to the factor 1, in [-1, 0).</summary>
    /// <param name="stepsLeft">k; less than 1 counts as 1.</param>
    public static double AddendAt(long stepsLeft) => -1.0 / Math.Max(1, stepsLeft);
}
