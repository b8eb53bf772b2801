using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Torch;

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
}

/// <summary>The options of each preset.</summary>
internal static class PresetOptions
{
    public static OneCycleOptions Of(Preset preset) =>
        preset == Preset.Official ? OneCycleOptions.Official : OneCycleOptions.Paper;

    /// <summary>The options of a preset's name on the command line.</summary>
    public static OneCycleOptions Named(string name)
    {
        var presets = Enum.GetValues<Preset>().ToDictionary(preset => KebabCase.Of(preset.ToString()), StringComparer.Ordinal);
        return presets.TryGetValue(name, out var preset)
            ? Of(preset)
            : throw new OcsInputException(
                $"--preset must be one of {string.Join(", ", presets.Keys)}, but is '{name}'; did you mean '{NearestName.Of(name, presets.Keys)}'?");
    }
}
