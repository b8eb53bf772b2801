using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Cli.Runs;

/// <summary>The images of an experiment.</summary>
/// <param name="Train">Images to train on.</param>
/// <param name="Test">Images to measure on.</param>
/// <param name="Augmentation">What happens to each image in training.</param>
internal sealed record ImageData(LabelledImages Train, LabelledImages Test, AugmentationOptions Augmentation)
{
    /// <summary>As a trainer takes them.</summary>
    public TrainingData ForTraining => new(Train, Test, Augmentation);
}

/// <summary>Opens the data of an experiment, and builds its network for them.</summary>
internal static class TrainingDataSource
{
    private const ulong SampleSeed = 0;

    /// <summary>What may be said for data: the sets of the catalog, and a folder of images.</summary>
    public static ImmutableArray<string> Names { get; } = [.. DatasetCatalog.Names, ImageFolder.DataName];

    /// <summary>Both splits, limited as the options say.</summary>
    public static ImageData Open(ExperimentOptions options, string? root) => new(
        Open(options, DatasetSplit.Train, root), Open(options, DatasetSplit.Test, root), options.Augmentation);

    /// <summary>The images as a choice says.</summary>
    public static LabelledImages Normalized(LabelledImages data, NormalizationChoice choice) =>
        (choice, data.Name) switch
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
    public static LabelledImages Normalized(LabelledImages data, Graph graph) =>
        graph.InputNodes.First().Operator is Input { Mean.IsEmpty: false } input
            ? data.With(new(input.Mean, input.StandardDeviation))
            : data;

    /// <summary>One split; a limit always chooses the same images, so that accuracies can be compared.</summary>
    public static LabelledImages Open(
        string name, DatasetSplit split, int? limit, string? root, ImageFolderOptions? images = null)
    {
        Require(name);
        LabelledImages data = name == ImageFolder.DataName
            ? ImageFolder.Open(root, split, images ?? new())
            : DatasetCatalog.Open(name, split, root);
        return limit is { } count ? data.Sample(count, SampleSeed) : data;
    }

    /// <summary>Fails with a sentence where there is no data set of a name.</summary>
    public static void Require(string name)
    {
        if (!Names.Contains(name))
        {
            throw new OcsInputException(
                $"There is no data set '{name}'{NearestName.Question(name, Names)} `ocs data list` lists them.");
        }
    }

    /// <summary>What training usually does to the images of a data set.</summary>
    public static AugmentationOptions Augmentation(string name) =>
        name == ImageFolder.DataName ? AugmentationOptions.ImageNetTrain
        : DatasetCatalog.Names.Contains(name) ? DatasetCatalog.TrainAugmentation(name)
        : new();

    /// <summary>A zoo network for the images and classes of a data set.</summary>
    public static Graph Network(string model, LabelledImages data) =>
        Models.Build(model, new NetworkInput(data.Channels, data.Height, data.Width), data.ClassNames.Length);

    private static LabelledImages Open(ExperimentOptions options, DatasetSplit split, string? root) =>
        Normalized(Open(options.Data, split, options.DataLimit, root, options.Images), options.Normalization);
}
