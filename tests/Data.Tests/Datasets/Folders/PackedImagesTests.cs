namespace Ocs.Data.Tests.Datasets.Folders;

[NoTensorLeaks]
public sealed class PackedImagesTests : IDisposable
{
    private static readonly ImageFolderOptions Small = new() { Size = 16, Resize = 18, Workers = 2 };

    private readonly TemporaryFolder _folder = new();

    public PackedImagesTests() => Pictures.Write(_folder);

    private string TrainPack => Path.Combine(_folder.Path, "train.ocspack");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Batches_are_those_of_the_files()
    {
        var options = BatchLoaderOptions.Train(5, AugmentationOptions.ImageNetTrain, seed: 3);
        var expected = Contents(Open(PackedUse.IfThere), options);
        Assert.Null(Open(PackedUse.IfThere).Packed);
        var packed = Open(PackedUse.Build);
        Assert.NotNull(packed.Packed);
        Assert.Equal(expected, Contents(packed, options));
        Assert.Equal(expected, Contents(Open(PackedUse.IfThere), options));
        Assert.NotNull(Open(PackedUse.IfThere).Packed);
        Assert.Null(Open(PackedUse.Never).Packed);
    }

    [Fact]
    public void A_file_that_fits_is_not_written_again_and_leaves_nothing_beside_it()
    {
        var first = ImageFolder.Pack(_folder.Path, DatasetSplit.Train, Small);
        var second = ImageFolder.Pack(_folder.Path, DatasetSplit.Train, Small);
        Assert.Equal((true, false), (first.Written, second.Written));
        Assert.Equal((24, new FileInfo(TrainPack).Length), (first.Images, first.Bytes));
        Assert.Equal([TrainPack], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_folder_that_has_changed_since_is_read_itself_and_packed_anew()
    {
        ImageFolder.Pack(_folder.Path, DatasetSplit.Train, Small);
        Assert.EndsWith("train (packed)", Open(PackedUse.IfThere).Source, StringComparison.Ordinal);
        _folder.Write("train/ant/new.jpg", Pictures.Jpeg(20, 20, 99));
        Assert.Null(Open(PackedUse.IfThere).Packed);
        Assert.Contains("changed since it was packed", Open(PackedUse.IfThere).Source);
        Assert.Equal(25, ImageFolder.Pack(_folder.Path, DatasetSplit.Train, Small).Images);
        Assert.NotNull(Open(PackedUse.IfThere).Packed);

        // The same name and length, another date.
        File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, "train/ant/new.jpg"), DateTime.UnixEpoch);
        Assert.Null(Open(PackedUse.IfThere).Packed);
    }

    [Fact]
    public void A_broken_image_stops_the_packing_or_is_remembered()
    {
        var path = _folder.Write("train/bee/1.jpg", [0xFF, 0xD8, 9]);
        Assert.Contains(path, Told(() => ImageFolder.Pack(_folder.Path, DatasetSplit.Train, Small)));
        Assert.Empty(Directory.GetFiles(_folder.Path));

        var skipping = Small with { SkipBroken = true };
        var report = ImageFolder.Pack(_folder.Path, DatasetSplit.Train, skipping);
        Assert.Equal(path, Assert.Single(report.Broken).Path);
        var train = ImageFolder.Open(_folder.Path, DatasetSplit.Train, skipping);
        Assert.NotNull(train.Packed);
        Assert.Equal(23 * ((3 * 16 * 16) + 1), Contents(train, BatchLoaderOptions.Evaluation(6)).Length);
        Assert.Contains(path, Told(() => Contents(Open(PackedUse.IfThere), BatchLoaderOptions.Evaluation(6))));
    }

    [Fact]
    public void Large_images_are_not_packed()
    {
        var path = _folder.Write("train/bee/1.jpg", Pictures.Jpeg(400, 700, 1));
        Assert.Contains(
            $"{path} has 700x400 pixels",
            Told(() => ImageFolder.Pack(_folder.Path, DatasetSplit.Train, Small with { SkipBroken = true })));
    }

    [Fact]
    public void A_damaged_file_is_told_and_packing_replaces_it()
    {
        ImageFolder.Pack(_folder.Path, DatasetSplit.Train, Small);
        var whole = File.ReadAllBytes(TrainPack);
        (int, string)[] places =
        [
            (0, "no packed file"), (17, "not those that were written"), (60, "index"), (100, "index"),
            (whole.Length - 1, "image 23"),
        ];
        foreach (var (at, told) in places)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 1;
            File.WriteAllBytes(TrainPack, damaged);
            var message = Told(() => Contents(Open(PackedUse.IfThere), BatchLoaderOptions.Evaluation(6)));
            Assert.Contains(told, message);
            Assert.Contains("`ImageFolder.Pack`", message);
        }

        File.WriteAllBytes(TrainPack, whole[..^5]);
        Assert.Throws<OcsInputException>(() => Open(PackedUse.IfThere));
        Assert.True(ImageFolder.Pack(_folder.Path, DatasetSplit.Train, Small).Written);
        Assert.Equal(whole, File.ReadAllBytes(TrainPack));
    }

    // The check value of CRC-32C, RFC 3720 appendix B.4: 32 bytes of zeros, and the digits.
    [Fact]
    public void Checksums_are_CRC_32C()
    {
        Assert.Equal(0x8A9136AAu, PackedImages.Checksum(new byte[32]));
        Assert.Equal(0xE3069283u, PackedImages.Checksum("123456789"u8));
    }

    private static string Told(Func<object> action) => Assert.Throws<OcsInputException>(action).Message;

    private static float[] Contents(ImageFolder images, BatchLoaderOptions options) =>
        ImageFolderTests.Contents(images, options);

    private ImageFolder Open(PackedUse use) =>
        ImageFolder.Open(_folder.Path, DatasetSplit.Train, Small with { Packed = use });
}
