namespace Ocs.Data.Tests.Datasets;

public sealed class CifarTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Cifar _ten = Cifar.TenOf(trainPerFile: 2, testSamples: 1);
    private readonly Cifar _hundred = Cifar.HundredOf(trainSamples: 2, testSamples: 1);

    [Fact]
    public void A_record_is_the_label_and_then_three_planes()
    {
        WriteTen("cifar-10-batches-bin");
        var dataset = DatasetCatalog.Open(_ten, DatasetSplit.Train, _folder.Path);

        Assert.Equal((10, 3, 32, 32), (dataset.Count, dataset.Channels, dataset.Height, dataset.Width));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], dataset.Labels.ToArray());
        Assert.Equal("truck", dataset.ClassNames[9]);
        Assert.Equal(107, dataset.Image(7)[0]);
        Assert.Equal(207, dataset.Image(7)[3071]);
    }

    [Fact]
    public void Of_a_hundred_classes_the_fine_label_counts()
    {
        _folder.Write("cifar-100-binary/train.bin", [.. Record(19, 99), .. Record(0, 4)]);
        var dataset = DatasetCatalog.Open(_hundred, DatasetSplit.Train, _folder.Path);
        Assert.Equal([99, 4], dataset.Labels.ToArray());
        Assert.Equal(["worm", "beaver"], dataset.Labels.Select(label => dataset.ClassNames[label]));
        Assert.Equal(100, dataset.ClassNames.Distinct().Count());
    }

    [Fact]
    public void A_packed_archive_is_read_in_place()
    {
        _folder.WriteTarGzip(
            "cifar-100-binary.tar.gz",
            ("cifar-100-binary/fine_label_names.txt", [65]),
            ("cifar-100-binary/test.bin", Record(1, 2)));
        var dataset = DatasetCatalog.Open(_hundred, DatasetSplit.Test, _folder.Path);
        Assert.Equal([2], dataset.Labels.ToArray());
        Assert.EndsWith(".tar.gz", _hundred.Recognize(_folder.Path)!.Path);
    }

    [Fact]
    public void An_archive_without_the_file_or_cut_short_is_refused()
    {
        _folder.WriteTarGzip("cifar-100-binary.tar.gz", ("cifar-100-binary/test.bin", Record(1, 2)));
        AssertInputError(_hundred, DatasetSplit.Train, "train.bin is missing");

        _folder.Write(
            "cifar-100-binary.tar.gz", File.ReadAllBytes(Path.Combine(_folder.Path, "cifar-100-binary.tar.gz"))[..30]);
        AssertInputError(_hundred, DatasetSplit.Test, "cifar-100-binary.tar.gz cannot be read");
    }

    [Fact]
    public void A_truncated_file_tells_expected_and_found_bytes()
    {
        WriteTen("");
        _folder.Write("data_batch_3.bin", Record(4));
        AssertInputError(
            _ten, DatasetSplit.Train, "data_batch_3.bin has the wrong length: expected 6146 bytes, found 3073",
            "cifar-10-binary.tar.gz");
    }

    [Fact]
    public void A_missing_batch_is_named()
    {
        WriteTen("");
        File.Delete(Path.Combine(_folder.Path, "data_batch_5.bin"));
        AssertInputError(_ten, DatasetSplit.Train, "data_batch_5.bin is missing");
    }

    [Fact]
    public void A_label_out_of_range_is_named()
    {
        _folder.Write("test_batch.bin", Record(10));
        AssertInputError(_ten, DatasetSplit.Test, "label 10 of record 0 is outside 0..9");
    }

    [Fact]
    public void A_python_batch_written_by_hand_is_read()
    {
        _folder.Write("cifar-10-batches-py/test_batch", Pickles.Batch("labels", [7], Pixels(7)));
        var dataset = DatasetCatalog.Open(_ten, DatasetSplit.Test, _folder.Path);
        Assert.Equal([7], dataset.Labels.ToArray());
        Assert.Equal(Pixels(7), dataset.Image(0).ToArray());
    }

    [Fact]
    public void A_packed_python_archive_is_read_in_place()
    {
        _folder.WriteTarGzip(
            "cifar-100-python.tar.gz",
            ("cifar-100-python/test", Pickles.Batch("fine_labels", [42], Pixels(3))));
        Assert.Equal([42], DatasetCatalog.Open(_hundred, DatasetSplit.Test, _folder.Path).Labels.ToArray());
    }

    [Fact]
    public void Python_batches_that_are_something_else_are_refused()
    {
        _folder.Write("test_batch", Pickles.Batch("labels", [10], Pixels(7)));
        AssertInputError(_ten, DatasetSplit.Test, "label 10 of image 0 is outside 0..9");

        _folder.Write("test_batch", Pickles.Batch("labels", [1, 2], Pixels(7)));
        AssertInputError(_ten, DatasetSplit.Test, "has 2 labels where 1 are expected");

        _folder.Write("test_batch", Pickles.Batch("names", [1], Pixels(7)));
        AssertInputError(_ten, DatasetSplit.Test, "a list `labels` is expected");

        _folder.Write("test_batch", Pickles.Batch("labels", [1], [.. Pixels(7), 0]));
        AssertInputError(_ten, DatasetSplit.Test, "u1 [1, 3072] of 3073 bytes where uint8 [1, 3072] is expected");

        byte[] hostile = [.. Pickles.Batch("labels", [1], Pixels(7))];
        hostile[^1] = 0xff;
        _folder.Write("test_batch", hostile);
        AssertInputError(_ten, DatasetSplit.Test, "operation 0xff of its pickle is not known");

        _folder.Write("test_batch", Pickles.Batch("labels", [1], Pixels(7), Pickles.Global("posix", "system")));
        AssertInputError(_ten, DatasetSplit.Test, "it names `posix.system`, which has no place in a data file");
    }

    [Fact]
    public void A_tree_of_png_files_is_read_by_label_and_name()
    {
        foreach (var (name, label) in _ten.Classes.Select((name, label) => (name, label)))
        {
            _folder.Write($"train/{name}/0001.png", PngFiles.Rgb(32, 32, Pixels((byte)label)));
        }

        _folder.Write("train/cat/0000.png", PngFiles.Rgb(32, 32, Pixels(50)));
        var dataset = DatasetCatalog.Open(Cifar.TenOf(3, 1), DatasetSplit.Train, _folder.Path);
        Assert.Equal([0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9], dataset.Labels.ToArray());
        Assert.Equal(Pixels(50), dataset.Image(3).ToArray());
        Assert.Equal(Pixels(3), dataset.Image(4).ToArray());
    }

    [Fact]
    public void Bad_trees_of_png_files_are_refused()
    {
        var image = _folder.Write("train/cat/0.png", PngFiles.Rgb(32, 32, Pixels(1)));
        AssertInputError(_ten, DatasetSplit.Test, "test cannot be read");

        _folder.Write("train/cat/0.png", File.ReadAllBytes(image)[..60]);
        AssertInputError(_ten, DatasetSplit.Train, "0.png is not a 32x32 PNG image");

        _folder.Write("train/cat/0.png", PngFiles.Rgb(16, 16, new byte[768]));
        AssertInputError(_ten, DatasetSplit.Train, "0.png is not a 32x32 PNG image (it has 16x16 pixels)");

        _folder.Write("train/cat/0.png", new byte[(1 << 20) + 1]);
        AssertInputError(_ten, DatasetSplit.Train, "1048577 bytes");

        _folder.Write("train/unicorn/0.png", [0]);
        AssertInputError(_ten, DatasetSplit.Train, "unicorn is not one of the 10 classes");
    }

    [Fact]
    public void A_check_counts_images_and_classes()
    {
        WriteTen("");
        var check = DatasetCatalog.Check(Cifar.TenOf(2, 10), _folder.Path);
        Assert.Contains("test_batch.bin is missing", check.Problem);
        Assert.Equal((10, false), (check.TrainSamples, check.Whole));

        _folder.Write("test_batch.bin", [.. Enumerable.Range(0, 10).SelectMany(label => Record((byte)label))]);
        check = DatasetCatalog.Check(Cifar.TenOf(2, 10), _folder.Path);
        Assert.Equal((10, 10, true), (check.TrainSamples, check.TestSamples, check.Whole));

        _folder.Write("data_batch_1.bin", [.. Record(5), .. Record(5)]);
        Assert.Contains(
            "0 Train images of class airplane where 1 belong",
            DatasetCatalog.Check(Cifar.TenOf(2, 10), _folder.Path).Problem);
    }

    public void Dispose() => _folder.Dispose();

    internal static byte[] Pixels(byte seed) =>
        [.. Enumerable.Range(0, 3072).Select(i => (byte)((i < 1024 ? 100 : i < 2048 ? 150 : 200) + seed))];

    private static byte[] Record(params byte[] labels) => [.. labels, .. Pixels(labels[^1])];

    private void WriteTen(string subFolder)
    {
        for (byte batch = 0; batch < 5; batch++)
        {
            _folder.Write(
                Path.Combine(subFolder, $"data_batch_{batch + 1}.bin"),
                [.. Record((byte)(2 * batch)), .. Record((byte)((2 * batch) + 1))]);
        }
    }

    private void AssertInputError(Cifar cifar, DatasetSplit split, params string[] parts)
    {
        var error = Assert.Throws<OcsInputException>(
            () => DatasetCatalog.Open(cifar, split, _folder.Path));
        Assert.All(parts, part => Assert.Contains(part, error.Message));
    }
}
