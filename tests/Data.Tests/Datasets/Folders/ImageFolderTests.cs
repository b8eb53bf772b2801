using Ocs.Torch;

namespace Ocs.Data.Tests.Datasets.Folders;

[NoTensorLeaks]
public sealed class ImageFolderTests : IDisposable
{
    private static readonly ImageFolderOptions Small = new() { Size = 16, Resize = 18, Workers = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Classes_are_the_folders_in_ordinal_order()
    {
        Pictures.Write(_folder);
        var train = Open(DatasetSplit.Train);
        var test = Open(DatasetSplit.Test);
        Assert.Equal(["ant", "bee", "cat"], train.ClassNames.ToArray());
        Assert.Equal(train.ClassNames.ToArray(), test.ClassNames.ToArray());
        Assert.Equal((24, 12), (train.Count, test.Count));
        Assert.Equal(Enumerable.Range(0, 24).Select(i => i / 8), train.Labels);
        Assert.Equal((3, 16, 16), (train.Channels, train.Height, train.Width));
    }

    [Fact]
    public void Images_may_lie_deeper_and_other_files_and_hidden_folders_are_passed_over()
    {
        _folder.Write("train/b/images/x.JPEG", Pictures.Jpeg(20, 20, 1));
        _folder.Write("train/b/boxes.txt", [1]);
        _folder.Write("train/a/y.Png", Pictures.Png(20, 20, 2));
        _folder.Write("train/.cache/z.jpg", [1]);
        var train = Open(DatasetSplit.Train);
        Assert.Equal(["a/y.Png", "b/images/x.JPEG"], train.Listing.Files.ToArray());
        Assert.Equal([0, 1], train.Labels.ToArray());
    }

    [Fact]
    public void Tiny_ImageNets_validation_images_have_their_classes_in_a_file()
    {
        _folder.Write("train/n2/images/a.JPEG", Pictures.Jpeg(20, 20, 1));
        _folder.Write("train/n1/images/b.JPEG", Pictures.Jpeg(20, 20, 1));
        _folder.Write("val/images/val_0.JPEG", Pictures.Jpeg(20, 20, 1));
        _folder.Write("val/images/val_1.JPEG", Pictures.Jpeg(20, 20, 1));
        var annotations = "val_1.JPEG\tn1\t0\t0\t62\t62\nval_0.JPEG\tn2\t1\t2\t3\t4\n"u8.ToArray();
        _folder.Write("val/val_annotations.txt", annotations);
        var test = Open(DatasetSplit.Test);
        Assert.Equal(["images/val_1.JPEG", "images/val_0.JPEG"], test.Listing.Files.ToArray());
        Assert.Equal([0, 1], test.Labels.ToArray());
        Assert.Equal(2, Contents(test, BatchLoaderOptions.Evaluation(4)).Count(value => value is 0 or 1));
    }

    [Theory]
    [InlineData("val_0.JPEG n1\n", "line 1 of")]
    [InlineData("val_0.JPEG\tn1\n../x.JPEG\tn1\n", "line 2 of")]
    [InlineData("val_0.JPEG\tn9\n", "class n9")]
    [InlineData("", "names no images")]
    public void A_wrong_line_of_annotations_is_named(string annotations, string told)
    {
        _folder.Write("train/n1/b.JPEG", [1]);
        _folder.Write("val/images/val_0.JPEG", [1]);
        _folder.Write("val/val_annotations.txt", System.Text.Encoding.UTF8.GetBytes(annotations));
        Assert.Contains(told, Assert.Throws<OcsInputException>(() => Open(DatasetSplit.Test)).Message);
    }

    [Fact]
    public void A_folder_of_another_layout_is_refused_with_a_sentence()
    {
        Assert.Contains("No folder train or val", Told(DatasetSplit.Train));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "train"));
        Assert.Contains("has no folders", Told(DatasetSplit.Train));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "train", "a"));
        Assert.Contains("holds no images in its folders", Told(DatasetSplit.Train));
        _folder.Write("train/a/1.jpg", [1]);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "valid", "a"));
        Assert.Contains("holds no images in folders of the classes", Told(DatasetSplit.Test));
        _folder.Write("valid/b/1.jpg", [1]);
        Assert.Contains("do not have", Told(DatasetSplit.Test));
        Directory.Delete(Path.Combine(_folder.Path, "train"), recursive: true);
        Assert.Contains("has no folder train", Told(DatasetSplit.Train));
    }

    [Fact]
    public void Options_out_of_range_are_all_told()
    {
        var wrong = new ImageFolderOptions { Size = 4, Resize = 3, Workers = 0, PixelLimit = 0, ValidationSplit = -1 };
        var error = Assert.Throws<OcsInputException>(
            () => ImageFolder.Open(_folder.Path, DatasetSplit.Train, wrong));
        Assert.Equal(5, error.Message.Split("; ").Length);

        Pictures.Write(_folder);
        var padding = new BatchLoaderOptions { Augmentation = new() { CropPadding = 4 } };
        error = Assert.Throws<OcsInputException>(() => new BatchLoader(Open(DatasetSplit.Train), padding));
        Assert.Contains("`CropPadding`", error.Message);
    }

    [Theory]
    [InlineData(MemoryFormat.Contiguous)]
    [InlineData(MemoryFormat.ChannelsLast)]
    public void An_epoch_is_the_same_whatever_the_number_of_threads(MemoryFormat format)
    {
        Pictures.Write(_folder);
        BatchLoaderOptions options =
            BatchLoaderOptions.Train(5, AugmentationOptions.ImageNetTrain, seed: 3) with { MemoryFormat = format };
        var expected = Contents(Open(DatasetSplit.Train), options with { PrefetchDepth = 0 });
        foreach (var (workers, depth) in (ReadOnlySpan<(int, int)>)[(1, 1), (2, 3), (7, 2), (40, 5)])
        {
            var threaded = options with { Workers = workers, PrefetchDepth = depth };
            Assert.Equal(expected, Contents(Open(DatasetSplit.Train), threaded));
        }
    }

    [Fact]
    public void Epochs_and_seeds_differ_and_an_epoch_can_start_in_the_middle()
    {
        Pictures.Write(_folder);
        var train = Open(DatasetSplit.Train);
        var options = BatchLoaderOptions.Train(5, AugmentationOptions.ImageNetTrain, seed: 3);
        var whole = Contents(train, options, epoch: 1);
        Assert.NotEqual(whole, Contents(train, options));
        Assert.NotEqual(whole, Contents(train, options with { Seed = 4 }, epoch: 1));
        Assert.Equal(whole[(3 * 5 * ((3 * 16 * 16) + 1))..], Contents(train, options, epoch: 1, firstBatch: 3));
    }

    [Fact]
    public void What_is_measured_on_is_the_same_in_every_epoch()
    {
        Pictures.Write(_folder);
        var test = Open(DatasetSplit.Test);
        var options = BatchLoaderOptions.Evaluation(5);
        Assert.Equal(Contents(test, options), Contents(test, options, epoch: 9));
    }

    [Fact]
    public void A_sample_has_the_images_of_the_whole()
    {
        Pictures.Write(_folder);
        var test = Open(DatasetSplit.Test);
        var some = test.Sample(5, seed: 1).Sample(3, seed: 2);
        var all = Contents(test, BatchLoaderOptions.Evaluation(1));
        var three = Contents(some, BatchLoaderOptions.Evaluation(1));
        var length = (3 * 16 * 16) + 1;
        Assert.Equal(3 * length, three.Length);
        Assert.All(three.Chunk(length), image => Assert.Contains(all.Chunk(length), image.SequenceEqual));
        Assert.Same(test, test.Sample(12, seed: 1));
    }

    [Fact]
    public void Another_normalization_changes_the_numbers_alone()
    {
        Pictures.Write(_folder);
        var test = Open(DatasetSplit.Test);
        var unchanged = test.With(new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]));
        var bytes = Contents(unchanged, BatchLoaderOptions.Evaluation(1));
        var plain = Contents(test, BatchLoaderOptions.Evaluation(1));
        Assert.Equal(((MathF.Round(bytes[0]) / 255f) - 0.485f) / 0.229f, plain[0]);
    }

    [Fact]
    public void A_broken_image_is_named()
    {
        Pictures.Write(_folder);
        var path = _folder.Write("train/bee/2.jpg", [0xFF, 0xD8, 1, 2, 3]);
        var told = Assert.Throws<OcsInputException>(
            () => Contents(Open(DatasetSplit.Train), BatchLoaderOptions.Evaluation(5))).Message;
        Assert.Contains(path, told);
        Assert.Contains("`SkipBroken = true`", told);
    }

    [Fact]
    public void Broken_images_are_counted_and_skipped_if_asked_and_the_others_stay_as_they_are()
    {
        Pictures.Write(_folder);
        var length = (3 * 16 * 16) + 1;
        var whole = Contents(Open(DatasetSplit.Train), BatchLoaderOptions.Evaluation(1));
        var cut = _folder.Write("train/ant/1.jpg", Pictures.Jpeg(20, 20, 1)[..300]);
        var empty = _folder.Write("train/bee/0.jpg", []);
        var text = _folder.Write("train/bee/3.png", "no image"u8.ToArray());
        var train = ImageFolder.Open(_folder.Path, DatasetSplit.Train, Small with { SkipBroken = true });
        List<int> counts = [];
        using var loader = new BatchLoader(
            train, BatchLoaderOptions.Evaluation(6) with { MemoryFormat = MemoryFormat.ChannelsLast });
        foreach (var batch in loader.Epoch(0))
        {
            using (batch)
            {
                counts.Add(batch.Count);
                Assert.Equal(batch.Count, batch.Labels.Shape[0]);
                Assert.Equal(batch.Count, batch.Images.Shape[0]);
            }
        }

        Assert.Equal([5, 4, 6, 6], counts);
        Assert.Equal([cut, empty, text], train.Broken.Select(image => image.Path));
        Assert.All(train.Broken, image => Assert.NotEmpty(image.Reason));

        // Batches of one would be empty; so one of all.
        var rest = Contents(train, BatchLoaderOptions.Evaluation(24));
        int[] kept = [.. Enumerable.Range(0, 24).Where(i => i is not (1 or 8 or 11))];
        Assert.Equal(kept.SelectMany(i => whole.Skip(i * length).Take(length - 1)), rest.Take(21 * (length - 1)));
        Assert.Equal(kept.Select(i => (float)(i / 8)), rest.Skip(21 * (length - 1)));
    }

    [Fact]
    public void Where_no_image_of_a_batch_can_be_read_skipping_ends()
    {
        Pictures.Write(_folder);
        var train = ImageFolder.Open(_folder.Path, DatasetSplit.Train, Small with { SkipBroken = true });
        Directory.Delete(Path.Combine(_folder.Path, "train"), recursive: true);
        Assert.Contains(
            "Not one of the 6 images",
            Assert.Throws<OcsInputException>(() => Contents(train, BatchLoaderOptions.Evaluation(6))).Message);
    }

    private ImageFolder Open(DatasetSplit split) => ImageFolder.Open(_folder.Path, split, Small);

    private string Told(DatasetSplit split) => Assert.Throws<OcsInputException>(() => Open(split)).Message;

    /// <summary>Images and labels of all batches, one after another.</summary>
    internal static float[] Contents(
        LabelledImages images, BatchLoaderOptions options, int epoch = 0, int firstBatch = 0)
    {
        using var loader = new BatchLoader(images, options);
        List<float> contents = [];
        foreach (var batch in loader.Epoch(epoch, firstBatch))
        {
            using (batch)
            {
                contents.AddRange(batch.Images.ToArray<float>());
                contents.AddRange(batch.Labels.ToArray<long>().Select(label => (float)label));
            }
        }

        return [.. contents];
    }
}
