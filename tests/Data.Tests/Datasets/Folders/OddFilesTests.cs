namespace Ocs.Data.Tests.Datasets.Folders;

/// <summary>What other systems and other people leave in a folder of images.</summary>
[NoTensorLeaks]
public sealed class OddFilesTests : IDisposable
{
    private static readonly ImageFolderOptions Small = new() { Size = 16, Resize = 18, Workers = 2 };

    private readonly TemporaryFolder _folder = new();

    public OddFilesTests() => Pictures.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("__MACOSX")]
    [InlineData(".ipynb_checkpoints")]
    [InlineData("@eaDir")]
    [InlineData("$RECYCLE.BIN")]
    public void What_systems_leave_is_no_class_and_its_files_are_no_images(string name)
    {
        foreach (var split in (ReadOnlySpan<string>)["train", "val"])
        {
            _folder.Write($"{split}/{name}/x.jpg", [1]);
            _folder.Write($"{split}/ant/{name}/x.jpg", [1]);
            _folder.Write($"{split}/ant/._0.jpg", [1]);
            _folder.Write($"{split}/ant/Thumbs.db", Pictures.Jpeg(8, 8, 1));
            _folder.Write($"{split}/.DS_Store", [1]);
        }

        var (train, test) = (Open(DatasetSplit.Train), Open(DatasetSplit.Test));
        Assert.Equal(["ant", "bee", "cat"], train.ClassNames.ToArray());
        Assert.Equal((24, 12), (train.Count, test.Count));
        Assert.Empty(train.Remarks.Concat(test.Remarks));
    }

    [Theory]
    [InlineData(".jfif")]
    [InlineData(".JPE")]
    [InlineData(".bmp")]
    [InlineData(".TIF")]
    [InlineData(".tiff")]
    [InlineData(".webp")]
    [InlineData(".Gif")]
    [InlineData(".ppm")]
    [InlineData(".pgm")]
    [InlineData(".PBM")]
    public void An_image_is_known_by_any_ending_of_pictures_and_read_by_its_bytes(string ending)
    {
        _folder.Write($"train/ant/x{ending}", Pictures.Png(20, 20, 5));
        var train = Open(DatasetSplit.Train);
        Assert.Equal(25, train.Count);
        Assert.Equal(
            25 * ((3 * 16 * 16) + 1), ImageFolderTests.Contents(train, BatchLoaderOptions.Evaluation(5)).Length);
    }

    [Fact]
    public void Pictures_of_other_endings_are_counted_and_named_and_other_files_are_not()
    {
        var large = _folder.Write("train/ant/a.jpg_large", Pictures.Jpeg(8, 8, 1));
        var phone = _folder.Write("train/ant/b.heic", [0, 0, 0, 24, .. "ftypheic"u8]);
        _folder.Write("train/ant/boxes.txt", "1 2 3 4"u8.ToArray());
        _folder.Write("train/ant/empty", []);
        var train = Open(DatasetSplit.Train);
        Assert.Equal(24, train.Count);
        var told = Assert.Single(train.Remarks);
        Assert.StartsWith($"2 pictures in {_folder.Path}/train were passed over", told);
        Assert.Contains($"{large}: it is a JPEG picture", told);
        Assert.Contains($"{phone}: it is a HEIC or AVIF picture", told);
        var report = ImageFolder.Check(_folder.Path, Small);
        Assert.Equal([large, phone], report.PassedOver.Select(file => file.Path).Order());
    }

    [Fact]
    public void An_empty_folder_is_no_class_and_told()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "train", "neu"));
        var train = Open(DatasetSplit.Train);
        Assert.Equal(["ant", "bee", "cat"], train.ClassNames.ToArray());
        Assert.Equal(
            $"{_folder.Path}/train has folders without images, which are no classes: neu.",
            Assert.Single(train.Remarks));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "val", "neu"));
        Assert.Empty(Open(DatasetSplit.Test).Remarks);
        _folder.Write("val/neu/1.jpg", Pictures.Jpeg(8, 8, 1));
        Assert.Contains(
            "val/neu is a class that the training images do not have",
            Assert.Throws<OcsInputException>(() => Open(DatasetSplit.Test)).Message);
    }

    [Fact]
    public void A_class_without_images_to_measure_on_is_told()
    {
        Directory.Delete(Path.Combine(_folder.Path, "val", "bee"), recursive: true);
        var test = Open(DatasetSplit.Test);
        Assert.Equal(["ant", "bee", "cat"], test.ClassNames.ToArray());
        Assert.Equal(
            $"Accuracy is measured on 2 of the 3 classes: {_folder.Path}/val has no images to measure bee on.",
            Assert.Single(test.Remarks));
    }

    [Fact]
    public void A_name_that_is_not_UTF_8_is_passed_over_and_told_and_all_others_are_read()
    {
        var folder = Path.Combine(_folder.Path, "train", "ant");
        Shell.CopyWithLatinName(Path.Combine(folder, "0.jpg"), folder);
        Shell.Run("""cp -r "$1" "$2/$(printf 'gr\374n')" """, folder, Path.Combine(_folder.Path, "train"));
        Shell.Run("""cp -r "$1" "$2/$(printf 'gr\374n')" """, Path.Combine(_folder.Path, "val", "bee"), folder);
        try
        {
            var train = Open(DatasetSplit.Train);
            Assert.Equal(["ant", "bee", "cat"], train.ClassNames.ToArray());
            Assert.Equal(24, train.Count);
            Assert.StartsWith("3 pictures", Assert.Single(train.Remarks));
            Assert.Contains("its name is not UTF-8", train.Remarks[0]);
            Assert.Equal(
                24 * ((3 * 16 * 16) + 1), ImageFolderTests.Contents(train, BatchLoaderOptions.Evaluation(5)).Length);
            Assert.Equal(3, ImageFolder.Check(_folder.Path, Small).PassedOver.Length);
        }
        finally
        {
            // .NET cannot delete them either.
            Shell.Run("""rm -rf "$1" && mkdir "$1" """, _folder.Path);
        }
    }

    [Fact]
    public void A_link_to_a_folder_above_is_not_followed_and_one_to_another_is()
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "train/ant/up"), "..");
        Directory.CreateSymbolicLink(
            Path.Combine(_folder.Path, "train/ant/more"), Path.Combine(_folder.Path, "val/ant"));
        Assert.Equal(24 + 4, Open(DatasetSplit.Train).Count);
    }

    [Theory]
    [InlineData("ln -s /dev/zero \"$1\"")]
    [InlineData("mkfifo \"$1\"")]
    [InlineData("mkfifo \"$1.pipe\" && ln -s \"$1.pipe\" \"$1\"")]
    [InlineData(": > \"$1\"")]
    [InlineData("mkdir \"$1\"")]
    [InlineData("ln -s nowhere \"$1\"")]
    public void What_is_no_ordinary_file_is_broken_and_never_hangs(string make)
    {
        var odd = Path.Combine(_folder.Path, "train/ant/odd.jpg");
        Shell.Run(make, odd);
        var isFolder = Directory.Exists(odd);
        var report = ImageFolder.Check(_folder.Path, Small);
        Assert.Equal(isFolder ? [] : [odd], report.Broken.Select(image => image.Path));
        var skipping = Small with { SkipBroken = true };
        var train = ImageFolder.Open(_folder.Path, DatasetSplit.Train, skipping);
        Assert.Equal(
            24 * ((3 * 16 * 16) + 1), ImageFolderTests.Contents(train, BatchLoaderOptions.Evaluation(25)).Length);
        Assert.Equal(isFolder ? 0 : 1, ImageFolder.Pack(_folder.Path, DatasetSplit.Train, skipping).Broken.Count);
    }

    private ImageFolder Open(DatasetSplit split) => ImageFolder.Open(_folder.Path, split, Small);
}
