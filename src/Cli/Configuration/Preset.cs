using Ocs.Pruning;
using Ocs.Training;

namespace Ocs.Cli.Configuration;

/// <summary>What the options of pruning and training start from.</summary>
internal enum Preset
{
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
        _ => OneCycleOptions.Auto,
    };

    public static TrainingOptions Training(this Preset preset) =>
        preset == Preset.Auto ? TrainingOptions.Standard : TrainingOptions.Paper;

    public static NormalizationChoice Normalization(this Preset preset) =>
        preset == Preset.Official ? NormalizationChoice.Official : NormalizationChoice.DataSet;
}
