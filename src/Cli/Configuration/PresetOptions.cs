using Ocs.Pruning;

namespace Ocs.Cli.Configuration;

/// <summary>What the pruning options start from.</summary>
internal enum Preset
{
    /// <summary>The paper's equations, with choices that hold for any network and any number of epochs.</summary>
    Standard,

    /// <summary>The paper to the letter.</summary>
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
    /// What they are in the library, but for two things. When the phases begin follows from the run's epochs: the paper's 30 is a tenth of
    /// 300. And widths are rounded unless the configuration says otherwise, as those of the paper's rows do: a network that is cut to any
    /// of them may run slower than before.
    /// </summary>
    public static OneCycleOptions Of(Preset preset) => (preset switch
    {
        Preset.Official => OneCycleOptions.Official,
        Preset.Paper => OneCycleOptions.Paper with { RoundTo = null },
        _ => OneCycleOptions.Standard with { RoundTo = null },
    }) with
    { SparsityStartEpoch = null, CutAtEnd = false };
}
