using System.IO.Compression;
using Xunit.Abstractions;

namespace Ocs.Data.Tests.Datasets;

/// <summary>
/// Damage at random to the files of the data sets that are known by name: they are read or refused in one sentence.
/// </summary>
public sealed class DatasetFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const int Images = 3;

    private static readonly byte[] Pixels = [.. Enumerable.Range(0, Images * Cifar.Pixels).Select(i => (byte)i)];

    private readonly TemporaryFolder _folder = new();
    private readonly FashionMnist _fashion = new(trainSamples: Images, testSamples: Images);
    private readonly Cifar _ten = Cifar.TenOf(trainPerFile: Images, testSamples: Images);

    [Theory]
    [InlineData("", 20)]
    [InlineData(".gz", 50)]
    public void Damaged_idx_files(string ending, int percentRefused)
    {
        byte[] images = [0, 0, 8, 3, 0, 0, 0, Images, 0, 0, 0, 28, 0, 0, 0, 28, .. Pixels.AsSpan(0, Images * 28 * 28)];
        byte[] labels = [0, 0, 8, 1, 0, 0, 0, Images, 1, 2, 3];
        var isPacked = ending.Length > 0;
        Fuzz.Try(
            $"idx{ending}", output, _folder.Path, percentRefused,
            dice =>
            {
                var isImages = dice.Chance(0.5);
                Write("t10k-images-idx3-ubyte", isImages);
                Write("t10k-labels-idx1-ubyte", !isImages);

                void Write(string name, bool isDamaged)
                {
                    var whole = name.Contains("images", StringComparison.Ordinal) ? images : labels;
                    whole = isPacked ? Gzip(whole) : whole;
                    _folder.Write(name + ending, isDamaged ? Damage.Bytes(whole, dice) : whole);
                }
            },
            () => Open(_fashion));
    }

    [Fact]
    public void Damaged_binary_CIFAR()
    {
        byte[] whole = [.. Enumerable.Range(0, Images).SelectMany(
            label => Pixels.AsSpan(0, Cifar.Pixels).ToArray().Prepend((byte)label))];
        Fuzz.Try(
            "CIFAR, binary", output, _folder.Path, 20,
            dice => _folder.Write("test_batch.bin", Damage.Bytes(whole, dice)), () => Open(_ten));
    }

    [Theory]
    [InlineData(false, 30)]
    [InlineData(true, 50)]
    public void Damaged_CIFAR_of_Python(bool isPacked, int percentRefused)
    {
        var batch = Pickles.Batch("labels", [0, 1, 2], Pixels);
        var packed = _folder.WriteTarGzip("cifar-10-python.tar.gz", ("cifar-10-batches-py/test_batch", batch));
        var whole = File.ReadAllBytes(packed);
        File.Delete(packed);
        Fuzz.Try(
            isPacked ? "CIFAR, Python, .tar.gz" : "CIFAR, Python", output, _folder.Path, percentRefused,
            dice => _ = isPacked
                ? _folder.Write("cifar-10-python.tar.gz", Damage.Bytes(whole, dice))
                : _folder.Write("test_batch", Damage.Bytes(batch, dice, "(ctRbqhTUJ."u8)),
            () => Open(_ten));
    }

    [Fact]
    public void Damaged_trees_of_PNG()
    {
        var whole = PngFiles.Rgb(32, 32, Pixels[..Cifar.Pixels]);
        Fuzz.Try(
            "CIFAR, PNG", output, _folder.Path, 50, dice =>
            {
                _folder.Write("train/cat/1.png", whole);
                _folder.Write("test/cat/1.png", Damage.Bytes(whole, dice));
            },
            () => Open(_ten));
    }

    public void Dispose() => _folder.Dispose();

    private void Open(DatasetSource source)
    {
        var dataset = DatasetCatalog.Open(source, DatasetSplit.Test, _folder.Path);
        Assert.InRange(dataset.Count, 1, Images);
        Assert.All(dataset.Labels, label => Assert.InRange(label, 0, 9));
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
