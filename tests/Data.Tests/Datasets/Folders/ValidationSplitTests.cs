namespace Ocs.Data.Tests.Datasets.Folders;

/// <summary>Folders in which no images lie apart for accuracy.</summary>
[NoTensorLeaks]
public sealed class ValidationSplitTests : IDisposable
{
    private static readonly ImageFolderOptions Small = new() { Size = 16, Resize = 18, Workers = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("train/")]
    [InlineData("imagefolder/")]
    public void A_tenth_of_each_class_is_measured_on_where_nothing_else_is(string place)
    {
        Write(place, ("ant", 20), ("bee", 31), ("cat", 2));
        var (train, test) = (Open(DatasetSplit.Train), Open(DatasetSplit.Test));
        Assert.Equal(["ant", "bee", "cat"], train.ClassNames.ToArray());
        Assert.Equal([2, 3, 1], CountsOf(test));
        Assert.Equal([18, 28, 1], CountsOf(train));
        Assert.Empty(train.Listing.Files.Intersect(test.Listing.Files));
        Assert.Equal(test.Listing.Files.ToArray(), Open(DatasetSplit.Test).Listing.Files.ToArray());
        Assert.Empty(train.Remarks);
        Assert.Contains("6 of the 53 images", Assert.Single(test.Remarks));
        Assert.Contains("10 % of each class", test.Remarks[0]);
    }

    [Fact]
    public void A_larger_part_holds_a_smaller_one_and_images_that_are_added_leave_the_others_where_they_were()
    {
        Write("", ("ant", 200), ("bee", 200));
        var tenth = Files(0.1);
        var fifth = Files(0.2);
        Assert.Equal((40, 80), (tenth.Length, fifth.Length));
        Assert.Empty(tenth.Except(fifth));
        Write("", ("ant", 220), ("bee", 200));
        Assert.InRange(tenth.Except(Files(0.1)).Count(), 0, 4);

        string[] Files(double part) =>
            [.. ImageFolder.Open(_folder.Path, DatasetSplit.Test, Small with { ValidationSplit = part }).Listing.Files];
    }

    [Fact]
    public void Classes_of_one_image_are_trained_on_and_told()
    {
        Write("", ("ant", 9), ("bee", 1));
        var test = Open(DatasetSplit.Test);
        Assert.Equal([1, 0], CountsOf(test));
        Assert.Contains("measured on 1 of the 2 classes", test.Remarks[1]);
        Write("again/", ("ant", 1), ("bee", 1));
        Assert.Contains(
            "one image of each class",
            Assert.Throws<OcsInputException>(() => ImageFolder.Open(
                Path.Combine(_folder.Path, "again"), DatasetSplit.Test, Small)).Message);
    }

    [Fact]
    public void No_part_a_wrong_part_and_a_part_beside_val_are_refused_with_a_sentence()
    {
        Write("train/", ("ant", 4), ("bee", 4));
        Assert.Equal(8, ImageFolder.Open(_folder.Path, DatasetSplit.Train, Small with { ValidationSplit = 0 }).Count);
        Assert.Contains("`ValidationSplit` is 0", Told(0));
        Assert.Contains("must be within 0..0.9", Told(1));
        Write("val/", ("ant", 1), ("bee", 1));
        Assert.Contains("has no use", Told(0.2));
    }

    [Fact]
    public void Both_parts_are_packed_apart()
    {
        Write("", ("ant", 10), ("bee", 10));
        foreach ((DatasetSplit split, int count)
            in (ReadOnlySpan<(DatasetSplit, int)>)[(DatasetSplit.Train, 18), (DatasetSplit.Test, 2)])
        {
            Assert.Equal(count, ImageFolder.Pack(_folder.Path, split, Small).Images);
            Assert.NotNull(Open(split).Packed);
        }

        Assert.Equal(
            ["train.ocspack", "val.ocspack"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Folders_of_other_data_sets_are_no_classes()
    {
        Write("pets/train/", ("ant", 2));
        Write("cars/train/", ("red", 2));
        Assert.Null(FolderLayout.TryFind(_folder.Path));
        Assert.Contains(
            "No folder train or val", Assert.Throws<OcsInputException>(() => Open(DatasetSplit.Train)).Message);
    }

    private static int[] CountsOf(ImageFolder images) =>
        [.. Enumerable.Range(0, images.ClassNames.Length)
            .Select(label => images.Labels.Count(other => other == label))];

    private string Told(double part) => Assert.Throws<OcsInputException>(
        () => ImageFolder.Open(_folder.Path, DatasetSplit.Test, Small with { ValidationSplit = part })).Message;

    private ImageFolder Open(DatasetSplit split) => ImageFolder.Open(_folder.Path, split, Small);

    private void Write(string place, params (string Name, int Count)[] classes)
    {
        var image = Pictures.Jpeg(8, 8, 1);
        foreach (var (name, count) in classes)
        {
            for (var i = 0; i < count; i++)
            {
                _folder.Write($"{place}{name}/{i}.jpg", image);
            }
        }
    }
}
