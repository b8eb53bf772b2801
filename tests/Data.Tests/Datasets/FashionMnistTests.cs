namespace Ocs.Data.Tests.Datasets;

public sealed class FashionMnistTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FashionMnist _source = new(trainSamples: 2, testSamples: 1);

    [Fact]
    public void Idx_files_written_by_hand_are_read()
    {
        Write(Images(2, 28, 28), Labels(3, 9));
        var dataset = DatasetCatalog.Open(_source, DatasetSplit.Train, _folder.Path);

        Assert.Equal((2, 1, 28, 28), (dataset.Count, dataset.Channels, dataset.Height, dataset.Width));
        Assert.Equal([3, 9], dataset.Labels.ToArray());
        Assert.Equal("Ankle boot", dataset.ClassNames[9]);
        Assert.Equal([0, 1, 2], dataset.Image(0)[..3].ToArray());
        Assert.Equal((byte)(784 % 256), dataset.Image(1)[0]);
    }

    [Fact]
    public void Unpacked_files_in_torchvisions_folder_are_found_too()
    {
        _folder.Write("FashionMNIST/raw/train-images-idx3-ubyte", Images(2, 28, 28));
        _folder.Write("FashionMNIST/raw/train-labels-idx1-ubyte", Labels(0, 1));
        Assert.Equal(2, DatasetCatalog.Open(_source, DatasetSplit.Train, _folder.Path).Count);
    }

    [Fact]
    public void A_wrong_magic_number_is_named()
    {
        var images = Images(2, 28, 28);
        images[2] = 0x0D;
        Write(images, Labels(0, 1));
        AssertInputError(
            "starts with 0x00000d03 instead of 0x00000803", "train-images-idx3-ubyte.gz", "apt-get install");
    }

    [Fact]
    public void A_huge_count_is_refused_before_anything_is_allocated()
    {
        var images = Images(2, 28, 28);
        images[4] = 0x7F;
        Write(images, Labels(0, 1));
        AssertInputError("dimension 0 is 2130706434 where 2 is expected");
    }

    [Fact]
    public void A_short_file_tells_expected_and_found_bytes()
    {
        Write(Images(2, 28, 28)[..^5], Labels(0, 1));
        AssertInputError("expected 1568 bytes after the header, found 1563");
    }

    [Fact]
    public void A_file_with_more_than_its_header_says_is_refused()
    {
        Write([.. Images(2, 28, 28), 0], Labels(0, 1));
        AssertInputError("expected 1568 bytes after the header, found more");
    }

    [Fact]
    public void A_file_cut_in_its_header_is_refused()
    {
        Write(Images(2, 28, 28)[..7], Labels(0, 1));
        AssertInputError("expected 16 bytes of header, found 7");
    }

    [Fact]
    public void Bytes_that_are_no_gzip_are_refused()
    {
        Write(Images(2, 28, 28), Labels(0, 1));
        _folder.Write("train-images-idx3-ubyte.gz", [1, 2, 3]);
        AssertInputError("cannot be read", "train-images-idx3-ubyte.gz");
    }

    [Fact]
    public void A_label_out_of_range_is_named()
    {
        Write(Images(2, 28, 28), Labels(0, 10));
        AssertInputError("label 10 of image 1 is outside 0..9");
    }

    [Fact]
    public void A_missing_label_file_is_named()
    {
        _folder.WriteGzip("train-images-idx3-ubyte.gz", Images(2, 28, 28));
        AssertInputError("train-labels-idx1-ubyte.gz is missing");
    }

    [FactIfFashionMnist]
    public void The_real_set_is_whole_and_its_mean_and_deviation_are_the_constants()
    {
        var check = DatasetCatalog.Check("fashion-mnist");
        Assert.Null(check.Problem);
        Assert.Equal((60_000, 10_000), (check.TrainSamples, check.TestSamples));

        var dataset = DatasetCatalog.Open("fashion-mnist", DatasetSplit.Train);
        var measured = dataset.Measure();
        Assert.Equal(Normalization.FashionMnist.Mean[0], measured.Mean[0], 5e-6f);
        Assert.Equal(Normalization.FashionMnist.StandardDeviation[0], measured.StandardDeviation[0], 5e-6f);
        Assert.Equal([9, 0, 0, 3, 0], dataset.Labels[..5].ToArray());
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Images(int count, int height, int width) =>
    [
        0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, (byte)height, 0, 0, 0, (byte)width,
        .. Enumerable.Range(0, count * height * width).Select(i => (byte)i),
    ];

    private static byte[] Labels(params byte[] labels) => [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels];

    private void Write(byte[] images, byte[] labels)
    {
        _folder.WriteGzip("train-images-idx3-ubyte.gz", images);
        _folder.WriteGzip("train-labels-idx1-ubyte.gz", labels);
    }

    private void AssertInputError(params string[] parts)
    {
        OcsInputException error =
            Assert.Throws<OcsInputException>(() => DatasetCatalog.Open(_source, DatasetSplit.Train, _folder.Path));
        Assert.All(parts, part => Assert.Contains(part, error.Message));
    }

    /// <summary>A test of the real files; where they are not installed it is skipped, and says so.</summary>
    private sealed class FactIfFashionMnistAttribute : FactAttribute
    {
        public FactIfFashionMnistAttribute()
        {
            if (DatasetCatalog.Locate("fashion-mnist") is null)
            {
                Skip = "dataset-fashion-mnist is not installed";
            }
        }
    }
}
