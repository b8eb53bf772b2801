namespace Ocs.Pruning.Regularization;

/// <summary>lambda of each epoch of sparsity learning.</summary>
/// <remarks>
/// lambda_t = lambda_{t-1} + delta ⌊(t - t_sl) / Delta t⌋. As printed lambda grows with the square of time; the
/// authors' program adds delta once each interval, the first time in the first epoch.
/// </remarks>
[Paper("Eq. 7")]
internal static class StrengthSchedule
{
    /// <summary>lambda at an epoch from t_sl on.</summary>
    /// <param name="epoch">t.</param>
    /// <param name="start">The first epoch of sparsity learning.</param>
    /// <param name="initial">lambda_0.</param>
    /// <param name="increment">delta.</param>
    /// <param name="interval">Delta t, in epochs.</param>
    /// <param name="growth">As printed, or as the program.</param>
    public static double At(int epoch, int start, double initial, double increment, int interval, StrengthGrowth growth)
    {
        var lambda = initial;
        for (var t = start; t <= epoch; t++)
        {
            lambda += growth == StrengthGrowth.Printed
                ? increment * ((t - start) / interval)
                : t % interval == 0 ? increment : 0;
        }

        return lambda;
    }
}
