namespace Ocs.Training;

/// <summary>
/// Whether a cut network trains with zero channels beside its own, so that its widths are whole vectors.
/// </summary>
public enum PaddingChoice
{
    /// <summary>Where it is faster, by the clock.</summary>
    Auto,

    /// <summary>The network trains with its own widths.</summary>
    Never,

    /// <summary>Without a look at the clock.</summary>
    Always,
}
