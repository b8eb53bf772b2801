using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Tasks;
using Ocs.Zoo;

namespace Ocs.Cli.Runs;

/// <summary>Opens the data of an experiment, and builds its network for them.</summary>
internal static class TrainingDataSource
{
    /// <summary>The name of text data.</summary>
    public const string TextName = "text";

    private const ulong SampleSeed = 0;

    // Half of the range of scales in torchvision's segmentation training.
    private static readonly AugmentationOptions MaskTrain = new() { MinCropArea = 0.25, HorizontalFlip = true };

    /// <summary>The names of data: the data sets of the catalog, and folders of images.</summary>
    public static ImmutableArray<string> Names { get; } =
        [.. DatasetCatalog.Names, ImageFolder.DataName, MaskFolder.DataName, .. BoxData.Names, TextName];

    /// <summary>The usual task of a data set.</summary>
    public static TaskKind TaskOf(string data) =>
        data == MaskFolder.DataName ? TaskKind.Segmentation
        : BoxData.Names.Contains(data) ? TaskKind.Detection
        : data == TextName ? TaskKind.Text
        : TaskKind.Classification;

    /// <summary>Both splits, with the limit of the options.</summary>
    public static ExperimentData Open(ExperimentOptions options, string? root)
    {
        Require(options.Data);
        return TaskOf(options.Data) switch
        {
            TaskKind.Segmentation => Segmented(options, root),
            TaskKind.Detection => Boxed(options, root),
            TaskKind.Text => Written(options, root),
            _ => Labelled(options, root),
        };
    }

    /// <summary>The images, normalized by a choice.</summary>
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

    /// <summary>The images, normalized as in the network's training; unchanged if unknown.</summary>
    public static LabelledImages Normalized(LabelledImages data, Graph graph) =>
        Remembered(graph) is { } normalization ? data.With(normalization) : data;

    /// <summary>The normalization stored in a network; null if there is none.</summary>
    public static Normalization? Remembered(Graph graph) =>
        graph.InputNodes.First().Operator is Input { Mean.IsEmpty: false } input
            ? new(input.Mean, input.StandardDeviation)
            : null;

    /// <summary>One split; a limit always chooses the same images, so that accuracies can be compared.</summary>
    public static LabelledImages Open(
        string name, DatasetSplit split, int? limit, string? root, ImageFolderOptions? images = null)
    {
        Require(name);
        if (TaskOf(name) != TaskKind.Classification)
        {
            throw new OcsInputException(
                $"{name} has no class for each image; give images with a class each (`ocs data list` lists them).");
        }

        LabelledImages data = name == ImageFolder.DataName
            ? ImageFolder.Open(root, split, images ?? new())
            : DatasetCatalog.Open(name, split, root);
        return limit is { } count ? data.Sample(count, SampleSeed) : data;
    }

    /// <summary>One split of images with masks; a limit always chooses the same.</summary>
    public static MaskFolder OpenMasks(ExperimentOptions options, DatasetSplit split, string? root)
    {
        var data = MaskFolder.Open(root, split, options.Masks.Options, options.Augmentation);
        return options.DataLimit is { } count ? data.Sample(count, SampleSeed) : data;
    }

    /// <summary>Fails if there is no data set with this name.</summary>
    public static void Require(string name)
    {
        if (!Names.Contains(name))
        {
            throw new OcsInputException(
                $"There is no data set '{name}'{NearestName.Question(name, Names)} `ocs data list` lists them.");
        }
    }

    /// <summary>The usual augmentation of a data set.</summary>
    public static AugmentationOptions Augmentation(string name) =>
        name == ImageFolder.DataName ? AugmentationOptions.ImageNetTrain
        : name == MaskFolder.DataName ? MaskTrain
        : DatasetCatalog.Names.Contains(name) ? DatasetCatalog.TrainAugmentation(name)
        : new();

    /// <summary>Builds a zoo network for the samples and classes of a data set.</summary>
    public static Graph Network(string model, ExperimentData data) => Models.Build(model, data.Input, data.Classes);

    private static ExperimentData Labelled(ExperimentOptions options, string? root)
    {
        var (train, test) = (Open(options, DatasetSplit.Train, root), Open(options, DatasetSplit.Test, root));
        return new(
            new(train, test, options.Augmentation), new(train.Channels, train.Height, train.Width),
            train.ClassNames.Length);
    }

    private static ExperimentData Segmented(ExperimentOptions options, string? root)
    {
        var (train, test) =
            (OpenMasks(options, DatasetSplit.Train, root), OpenMasks(options, DatasetSplit.Test, root));
        return new(
            new(train, test), new(3, options.Masks.Height, options.Masks.Width), train.ClassNames.Length)
        {
            MakeTask = _ => new Segmentation(train.ClassNames) { ClassWeights = options.Masks.ClassWeights },
        };
    }

    private static ExperimentData Boxed(ExperimentOptions options, string? root)
    {
        var (train, test) = BoxData.Open(options, root);
        return new(
            new(train, test), new(3, options.Boxes.Size, options.Boxes.Size), train.ClassNames.Length)
        {
            MakeTask = graph => Detection.For(graph, train.ClassNames),
        };
    }

    private static ExperimentData Written(ExperimentOptions options, string? root)
    {
        List<string> places =
            [.. DatasetCatalog.Roots(root).Select(folder => Path.Combine(folder, options.Text.File))];
        var place = places.FirstOrDefault(Path.Exists) ?? throw new OcsInputException(
            $"The text was not found as {string.Join(" or ", places)}: give --data-root the folder that holds it, or "
            + "its name there (text.file).");
        var corpus = TextCorpus.Read(place, options.Text.Options);
        return new(
            new(corpus.Train, corpus.Validation), NetworkInput.Sequence(options.Text.Length), corpus.Vocabulary.Count)
        {
            MakeTask = _ => new NextToken(corpus.Vocabulary),
        };
    }

    private static LabelledImages Open(ExperimentOptions options, DatasetSplit split, string? root) =>
        Normalized(Open(options.Data, split, options.DataLimit, root, options.Images), options.Normalization);
}
