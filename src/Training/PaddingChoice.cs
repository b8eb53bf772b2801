namespace Ocs.Training;

/// <summary>
/// Whether a cut network is padded with zero channels while it trains, so that its widths fill whole vectors.
/// </summary>
public enum PaddingChoice
{
    /// <summary>Padded if it is faster; both are timed.</summary>
    Auto,

    /// <summary>Not padded.</summary>
    Never,

    /// <summary>Padded without timing.</summary>
    Always,
}
