namespace Ocs.Pruning.Stability;

/// <summary>Whether the sub-network is stable, that is, has practically stopped changing.</summary>
/// <remarks>t* is the first t after t_sl-start with J_avg^t ≥ 1 - epsilon.</remarks>
[Paper("Eq. 6")]
internal static class StableEpoch
{
    public static bool IsReached(double? average, double epsilon) => average >= 1 - epsilon;
}
