using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>
/// CIFAR-10 and CIFAR-100: 32x32 colour images. Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html.
/// </summary>
internal sealed class Cifar : DatasetSource
{
    public const int Side = 32;
    public const int Pixels = 3 * Side * Side;

    private readonly ImmutableArray<string> _trainFiles;
    private readonly string _testFile;
    private readonly int _trainPerFile;
    private readonly int _testSamples;

    private Cifar(
        string name,
        ImmutableArray<string> classes,
        ImmutableArray<string> trainFiles,
        string testFile,
        int trainPerFile,
        int testSamples)
    {
        (Name, Classes, _trainFiles, _testFile) = (name, classes, trainFiles, testFile);
        (_trainPerFile, _testSamples) = (trainPerFile, testSamples);
        Stem = name.Replace("cifar", "cifar-", StringComparison.Ordinal);
    }

    public static Cifar Ten { get; } = TenOf(10_000, 10_000);

    public static Cifar Hundred { get; } = HundredOf(50_000, 10_000);

    public override string Name { get; }

    public ImmutableArray<string> Classes { get; }

    public override string Advice =>
        $"get {Stem}-binary.tar.gz or {Stem}-python.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html " +
        "and put it, packed or unpacked, into the folder of `root` or OCS_DATA";

    public override ImmutableArray<string> SubFolders =>
        Classes.Length == 10
            ? ["cifar-10-batches-bin", "cifar-10-batches-py", Name]
            : ["cifar-100-binary", "cifar-100-python", Name];

    public override AugmentationOptions TrainAugmentation => AugmentationOptions.CifarTrain;

    /// <summary>
    /// Bytes before the pixels of a binary record; the last of them is the label (CIFAR-100: coarse, fine).
    /// </summary>
    public int LabelBytes => Classes.Length == 10 ? 1 : 2;

    /// <summary>The key of the labels in a pickled dictionary.</summary>
    public string LabelKey => Classes.Length == 10 ? "labels" : "fine_labels";

    private string Stem { get; }

    /// <summary>CIFAR-10 with files of other lengths than the real ones.</summary>
    internal static Cifar TenOf(int trainPerFile, int testSamples) => new(
        "cifar10",
        CifarClasses.Ten,
        ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"],
        "test_batch",
        trainPerFile,
        testSamples);

    /// <summary>CIFAR-100 with files of other lengths than the real ones.</summary>
    internal static Cifar HundredOf(int trainSamples, int testSamples) =>
        new("cifar100", CifarClasses.Hundred, ["train"], "test", trainSamples, testSamples);

    public override int Samples(DatasetSplit split) =>
        split == DatasetSplit.Train ? _trainPerFile * _trainFiles.Length : _testSamples;

    public override DatasetLocation? Recognize(string folder)
    {
        if (_trainFiles.Append(_testFile).Any(file => File.Exists(Path.Combine(folder, file + ".bin"))))
        {
            return new(Name, DatasetLayout.Binary, folder);
        }

        if (_trainFiles.Append(_testFile).Any(file => File.Exists(Path.Combine(folder, file))))
        {
            return new(Name, DatasetLayout.Python, folder);
        }

        if (Classes.Any(name => Directory.Exists(Path.Combine(folder, "train", name))))
        {
            return new(Name, DatasetLayout.Png, folder);
        }

        foreach (var layout in (ReadOnlySpan<DatasetLayout>)[DatasetLayout.Binary, DatasetLayout.Python])
        {
            var suffix = layout == DatasetLayout.Binary ? "binary" : "python";
            var archive = Path.Combine(folder, $"{Stem}-{suffix}.tar.gz");
            if (File.Exists(archive))
            {
                return new(Name, layout, archive);
            }
        }

        return null;
    }

    public override ImageDataset Read(DatasetLocation location, DatasetSplit split)
    {
        var (images, labels) = location.Layout switch
        {
            DatasetLayout.Png => PngTree.Read(
                Path.Combine(location.Path, split == DatasetSplit.Train ? "train" : "test"),
                Classes,
                Side,
                Samples(split),
                Advice),
            DatasetLayout.Binary => ReadFiles(
                location, split, ".bin", LabelBytes + Pixels, LabelBytes + Pixels, CifarBinary.Read),
            // Room for the pixels as a code point each (protocol 2 of Python 3), the labels and the file names.
            _ => ReadFiles(location, split, "", Pixels, 2 * (Pixels + 256), CifarPython.Read),
        };
        var normalization = Classes.Length == 10 ? Normalization.Cifar10 : Normalization.Cifar100;
        return new(Name, images, [.. labels], 3, Side, Side, Classes, normalization);
    }

    /// <summary>An error about one file of this set.</summary>
    public OcsInputException Damaged(string path, string what) => new($"{path} {what}: {Advice}");

    private (byte[] Images, int[] Labels) ReadFiles(
        DatasetLocation location,
        DatasetSplit split,
        string suffix,
        int leastPerImage,
        int mostPerImage,
        CifarReader read)
    {
        ImmutableArray<string> names =
            [.. (split == DatasetSplit.Train ? _trainFiles : [_testFile]).Select(file => file + suffix)];
        var perFile = Samples(split) / names.Length;
        long frame = location.Layout == DatasetLayout.Python ? 4096 : 0;
        CifarFiles files =
            new(this, location.Path, (long)perFile * leastPerImage, ((long)perFile * mostPerImage) + frame);
        var images = new byte[Samples(split) * Pixels];
        var labels = new int[Samples(split)];
        files.ReadAll(names, (name, path, content) =>
        {
            var first = names.IndexOf(name) * perFile;
            read(this, path, content, images.AsSpan(first * Pixels, perFile * Pixels), labels.AsSpan(first, perFile));
        });
        return (images, labels);
    }
}

/// <summary>Fills images [N, 3, 32, 32] and labels [N] from the content of one file.</summary>
internal delegate void CifarReader(Cifar cifar, string path, byte[] content, Span<byte> images, Span<int> labels);
