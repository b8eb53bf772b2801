using Ocs.Pruning;
using Ocs.Training;

namespace Ocs.Cli.Configuration;

/// <summary>What the options of pruning and training start from.</summary>
internal enum Preset
{
    /// <summary>The paper's equations, with choices that hold for any network and any number of epochs.</summary>
    Standard,

    /// <summary>Nothing to tune: slices reach 0 before the cut, and what the weights do says when.</summary>
    Auto,

    /// <summary>The paper to the letter.</summary>
    Paper,

    /// <summary>As the authors' program acts.</summary>
    Official,
}

/// <summary>The library's options that each preset names.</summary>
internal static class Presets
{
    public static OneCycleOptions Pruning(this Preset preset) => preset switch
    {
        Preset.Official => OneCycleOptions.Official.ForAnyEpochs(),
        Preset.Paper => OneCycleOptions.Paper.ForAnyEpochs(),
        Preset.Auto => OneCycleOptions.Auto,
        _ => OneCycleOptions.Standard,
    };

    public static TrainingOptions Training(this Preset preset) =>
        preset is Preset.Standard or Preset.Auto ? TrainingOptions.Standard : TrainingOptions.Paper;

    public static NormalizationChoice Normalization(this Preset preset) =>
        preset == Preset.Official ? NormalizationChoice.Official : NormalizationChoice.DataSet;
}
