namespace Ocs.Pruning;

/// <summary>How lambda grows.</summary>
public enum StrengthGrowth
{
    /// <summary>Eq. 7 as printed: the increment itself grows, lambda with the square of time.</summary>
    Printed,

    /// <summary>The authors' program: the same increment each interval.</summary>
    Linear,
}
