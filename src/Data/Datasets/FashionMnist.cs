using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>Fashion-MNIST: 28x28 grey images of ten kinds of clothing. Xiao et al. 2017, arXiv 1708.07747.</summary>
internal sealed class FashionMnist(int trainSamples = 60_000, int testSamples = 10_000) : DatasetSource
{
    private const int Side = 28;

    private static readonly ImmutableArray<string> Classes =
    [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ];

    public override string Name => "fashion-mnist";

    public override string Advice => "install it with `apt-get install dataset-fashion-mnist`";

    public override ImmutableArray<string> SubFolders => ["fashion-mnist", "FashionMNIST/raw"];

    public override ImmutableArray<string> SystemFolders => ["/usr/share/datasets/fashion-mnist"];

    public override AugmentationOptions TrainAugmentation => AugmentationOptions.FashionTrain;

    public override int Samples(DatasetSplit split) => split == DatasetSplit.Train ? trainSamples : testSamples;

    public override DatasetLocation? Recognize(string folder) =>
        Find(folder, Images(DatasetSplit.Train)) is null && Find(folder, Images(DatasetSplit.Test)) is null
            ? null
            : new(Name, DatasetLayout.Idx, folder);

    public override ImageDataset Read(DatasetLocation location, DatasetSplit split)
    {
        var labelsPath = Require(location.Path, Labels(split));
        var images = IdxFile.Read(Require(location.Path, Images(split)), Advice, Samples(split), Side, Side);
        var labels = IdxFile.Read(labelsPath, Advice, Samples(split));
        var wrong = Array.FindIndex(labels, label => label >= Classes.Length);
        if (wrong >= 0)
        {
            throw new OcsInputException(
                $"{labelsPath}: label {labels[wrong]} of image {wrong} is outside 0..{Classes.Length - 1}: {Advice}");
        }

        return new(
            Name, images, [.. labels.Select(label => (int)label)], 1, Side, Side, Classes, Normalization.FashionMnist);
    }

    private static string Images(DatasetSplit split) =>
        split == DatasetSplit.Train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte";

    private static string Labels(DatasetSplit split) =>
        split == DatasetSplit.Train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte";

    private static string? Find(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path + ".gz") ? path + ".gz" : File.Exists(path) ? path : null;
    }

    private string Require(string folder, string file) =>
        Find(folder, file) ?? throw new OcsInputException($"{Path.Combine(folder, file)}.gz is missing: {Advice}");
}
