using Ocs.Pruning;

namespace Ocs.Cli.Configuration;

/// <summary>What the pruning options start from.</summary>
internal enum Preset
{
    /// <summary>The paper's equations as printed.</summary>
    Paper,

    /// <summary>As the authors' program acts.</summary>
    Official,
}

/// <summary>How images are normalized.</summary>
internal enum NormalizationChoice
{
    /// <summary>By mean and deviation of the data set's training images.</summary>
    DataSet,

    /// <summary>As the authors' program does, where it knows the data set.</summary>
    Official,

    /// <summary>By ImageNet's mean and deviation, as many published networks expect; colour images only.</summary>
    Imagenet,
}

/// <summary>The options of each preset.</summary>
internal static class PresetOptions
{
    /// <summary>
    /// What they are in the library, but for widths: a network that is cut to any of them may run slower than before, so the paper's are
    /// rounded unless the configuration says otherwise, as those of its rows do.
    /// </summary>
    public static OneCycleOptions Of(Preset preset) =>
        preset == Preset.Official ? OneCycleOptions.Official : OneCycleOptions.Paper with { RoundTo = null };
}
