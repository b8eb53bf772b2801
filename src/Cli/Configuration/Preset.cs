using Ocs.Pruning;
using Ocs.Training;

namespace Ocs.Cli.Configuration;

/// <summary>The defaults of pruning and training.</summary>
internal enum Preset
{
    /// <summary>Nothing to tune: slices reach 0 before the cut, and the weights decide when.</summary>
    Auto,

    /// <summary>The paper's method.</summary>
    Paper,

    /// <summary>The behaviour of the authors' program.</summary>
    Official,
}

/// <summary>The library's options for each preset.</summary>
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
