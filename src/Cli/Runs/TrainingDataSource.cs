using Ocs.Cli.Configuration;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Cli.Runs;

/// <summary>Opens the data of an experiment, and builds its network for them.</summary>
internal static class TrainingDataSource
{
    private const ulong SampleSeed = 0;

    /// <summary>Both splits, limited as the options say.</summary>
    public static TrainingData Open(ExperimentOptions options, string? root) => new(
        Open(options.Data, DatasetSplit.Train, options.DataLimit, root),
        Open(options.Data, DatasetSplit.Test, options.DataLimit, root),
        options.Augmentation);

    /// <summary>One split; a limit always chooses the same images, so that accuracies can be compared.</summary>
    public static ImageDataset Open(string name, DatasetSplit split, int? limit, string? root)
    {
        if (!DatasetCatalog.Names.Contains(name))
        {
            throw new OcsInputException(
                $"There is no data set '{name}'; did you mean '{NearestName.Of(name, DatasetCatalog.Names)}'? `ocs data list` lists them.");
        }

        var data = DatasetCatalog.Open(name, split, root);
        return limit is { } count ? data.Sample(count, SampleSeed) : data;
    }

    /// <summary>A zoo network for the images and classes of a data set.</summary>
    public static Graph Network(string model, ImageDataset data) =>
        Models.Build(model, new NetworkInput(data.Channels, data.Height, data.Width), data.ClassNames.Length);
}
