using Ocs.Cli.Configuration;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
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
        Normalized(Open(options.Data, DatasetSplit.Train, options.DataLimit, root), options.Normalization),
        Normalized(Open(options.Data, DatasetSplit.Test, options.DataLimit, root), options.Normalization),
        options.Augmentation);

    /// <summary>The images as a choice says.</summary>
    public static ImageDataset Normalized(ImageDataset data, NormalizationChoice choice) => (choice, data.Name) switch
    {
        (NormalizationChoice.Official, "cifar10") => data.With(Normalization.OfficialCifar10),
        (NormalizationChoice.Official, "cifar100") => data.With(Normalization.OfficialCifar100),
        (NormalizationChoice.Imagenet, _) => data.Channels == Normalization.ImageNet.Channels
            ? data.With(Normalization.ImageNet)
            : throw new OcsInputException(
                $"Normalization imagenet is for colour images, but those of {data.Name} have {data.Channels} "
                + "channel(s); choose data-set."),
        _ => data,
    };

    /// <summary>The images as a network remembers that it was trained on them; as they are where it does not.</summary>
    public static ImageDataset Normalized(ImageDataset data, Graph graph) =>
        graph.InputNodes.First().Operator is Input { Mean.IsEmpty: false } input
            ? data.With(new(input.Mean, input.StandardDeviation))
            : data;

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
