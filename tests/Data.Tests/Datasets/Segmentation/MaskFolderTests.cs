namespace Ocs.Data.Tests.Datasets.Segmentation;

[NoTensorLeaks]
public sealed class MaskFolderTests : IDisposable
{
    private const int Height = 8;
    private const int Width = 12;
    private static readonly MaskFolderOptions Options = new()
    {
        Height = Height,
        Width = Width,
        ClassNames = ["ground", "sky", "tree", "sea"],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train/images", "train/masks")]
    [InlineData("images/train", "masks/train")]
    [InlineData("train/images", "train/labels")]
    [InlineData("images/training", "annotations/training")]
    [InlineData("train", "trainannot")]
    [InlineData("maskfolder/train/images", "maskfolder/train/masks")]
    [InlineData("CamVid/train", "CamVid/trainannot")]
    public void Images_and_masks_are_found_in_the_usual_folders(string images, string masks)
    {
        Write(images, masks, "a", Mask(seed: 1));
        Write(images, masks, "sub/b", Mask(seed: 2));

        var data = MaskFolder.Open(_folder.Path, DatasetSplit.Train, Options, AugmentationOptions.Evaluation);

        Assert.Equal(2, data.Count);
        Assert.Equal(Mask(1).Select(value => (long)value), ClassesOf(data, 0));
        Assert.Equal(Mask(2).Select(value => (long)value), ClassesOf(data, 1));
        var error = Assert.Throws<OcsInputException>(
            () => MaskFolder.Open(_folder.Path, DatasetSplit.Test, Options, AugmentationOptions.Evaluation));
        Assert.Contains("holds no images with masks for validation", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_mask_is_grey_or_has_a_palette_of_any_depth(byte depth)
    {
        var mask = Mask(seed: 3);
        Write("images", "masks", "a", mask, depth == 0
            ? PngFiles.Grey(Height, Width, mask)
            : PngFiles.Palette(Height, Width, mask, depth));
        Write("images", "masks", "b", mask);

        var data = MaskFolder.Open(_folder.Path, DatasetSplit.Train, Options, AugmentationOptions.Evaluation);
        var held = MaskFolder.Open(_folder.Path, DatasetSplit.Test, Options, AugmentationOptions.Evaluation);

        Assert.Equal((1, 1), (data.Count, held.Count));
        Assert.Equal(mask.Select(value => (long)value), ClassesOf(data, 0));
        Assert.Equal(mask.Select(value => (long)value), ClassesOf(held, 0));
    }

    // The mean of each class's pixels in the image is 40 times its number, whatever window was cut out and mirrored.
    [Fact]
    public void Image_and_mask_are_cut_and_mirrored_alike()
    {
        var (height, width) = (64, 96);
        var mask = Enumerable.Range(0, height * width).Select(i => (byte)((i / 24 % 4 + i / width / 16) % 4)).ToArray();
        byte[] planes = [.. mask.Concat(mask).Concat(mask).Select(value => (byte)(40 * value))];
        _folder.Write("images/a.png", PngFiles.Rgb(height, width, planes));
        _folder.Write("masks/a.png", PngFiles.Grey(height, width, mask));
        var augmentation = new AugmentationOptions { MinCropArea = 0.2, HorizontalFlip = true };
        var whole = Options with { Height = height, Width = width };
        var data = MaskFolder.Open(_folder.Path, DatasetSplit.Train, whole, augmentation)
            .With(new([0, 0, 0], [1, 1, 1]));

        var seen = new HashSet<string>();
        for (var seed = 0UL; seed < 20; seed++)
        {
            var (pixels, classes) = Read(data.Get(0, seed));
            seen.Add(string.Join("", classes.Take(width)));
            var inside = Enumerable.Range(0, classes.Length).Where(i => IsInside(classes, i, height, width)).ToList();
            Assert.True(inside.Count > classes.Length / 3);
            Assert.All(inside, i => Assert.Equal(40 * classes[i] / 255.0, pixels[i], 1e-3));
        }

        Assert.True(seen.Count > 15, $"{seen.Count} different windows of 20");
    }

    [Fact]
    public void The_same_seed_gives_the_same_batches_whatever_the_workers()
    {
        for (var i = 0; i < 7; i++)
        {
            Write("train/images", "train/masks", $"{i}", Mask(i));
        }

        var augmentation = new AugmentationOptions { MinCropArea = 0.2, HorizontalFlip = true };
        var data = MaskFolder.Open(_folder.Path, DatasetSplit.Train, Options, augmentation);
        var options = BatchLoaderOptions.Train(3, AugmentationOptions.Evaluation, seed: 5) with { DropLast = false };

        Assert.Equal(Epoch(data, options with { Workers = 1 }), Epoch(data, options with { Workers = 4 }));
    }

    [Fact]
    public void Pixels_without_a_class_are_ignored()
    {
        var mask = Mask(1);
        mask[5] = 255;
        Write("train/images", "train/masks", "a", mask);

        Assert.Equal(MaskFolder.Ignored, ClassesOf(Open(Options), 0)[5]);
        mask[5] = 7;
        Write("train/images", "train/masks", "a", mask);
        Assert.Equal(MaskFolder.Ignored, ClassesOf(Open(Options with { IgnoredValue = 7 }), 0)[5]);
    }

    [Fact]
    public void CamVid_has_eleven_classes_and_one_that_is_ignored()
    {
        var mask = Mask(1);
        mask[5] = 11;
        Write("train", "trainannot", "a", mask);

        var data = Open(Options with { ClassNames = [] });

        Assert.Equal(11, data.ClassNames.Length);
        Assert.Equal(MaskFolder.Ignored, ClassesOf(data, 0)[5]);
    }

    [Fact]
    public void What_does_not_fit_is_a_sentence()
    {
        Assert.Contains("No images with masks were found in", Refused(), StringComparison.Ordinal);
        Write("train/images", "train/masks", "a", Mask(1));
        Assert.Contains(
            "have 0 named classes, but 2 to 255 are needed", Refused(Options with { ClassNames = [] }),
            StringComparison.Ordinal);
        _folder.Write("classes.txt", "ground\nsky\n\ntree\nsea\n");
        Assert.Equal("ground sky tree sea", string.Join(" ", Open(Options with { ClassNames = [] }).ClassNames));
        Assert.Contains(
            "`Height` is 4, it must be within 8..4096", Refused(Options with { Height = 4 }), StringComparison.Ordinal);

        var mask = Mask(1);
        mask[5] = 9;
        Write("train/images", "train/masks", "a", mask);
        Assert.Contains(
            "a.png has a pixel of value 9, but there are 4 classes from 0", Refused(), StringComparison.Ordinal);
        _folder.Write("train/masks/a.png", PngFiles.Grey(2, 2, [0, 1, 2, 3]));
        Assert.Contains("a.png has 2x2 pixels, but its image", Refused(), StringComparison.Ordinal);
        _folder.Write("train/masks/a.png", PngFiles.Rgb(Height, Width, new byte[3 * Height * Width]));
        Assert.Contains("its pixels have several values", Refused(), StringComparison.Ordinal);
        _folder.Write("train/masks/a.png", "no picture");
        Assert.Contains("a.png cannot be read", Refused(), StringComparison.Ordinal);
        File.Delete(_folder.PathOf("train/masks/a.png"));
        Assert.Contains("a.png has no mask: put a picture of its name into", Refused(), StringComparison.Ordinal);
    }

    private string Refused(MaskFolderOptions? options = null) => Assert.Throws<OcsInputException>(() =>
    {
        var sample = Open(options ?? Options).Get(0, seed: null);
        Read(sample);
    }).Message;

    private MaskFolder Open(MaskFolderOptions options) =>
        MaskFolder.Open(_folder.Path, DatasetSplit.Train, options, AugmentationOptions.Evaluation);

    private void Write(string images, string masks, string name, byte[] mask, byte[]? file = null)
    {
        var image = new byte[3 * Height * Width];
        Array.Fill(image, (byte)100);
        foreach (var (folder, content) in new[]
        {
            (images, PngFiles.Rgb(Height, Width, image)), (masks, file ?? PngFiles.Grey(Height, Width, mask)),
        })
        {
            _folder.Write($"{folder}/{name}.png", content);
        }
    }

    private static byte[] Mask(int seed) =>
        [.. Enumerable.Range(0, Height * Width).Select(i => (byte)((i + (i / Width * seed)) % 4))];

    // All neighbours at two pixels' distance have the same class, so that resizing does not mix.
    private static bool IsInside(long[] classes, int i, int height, int width)
    {
        var (y, x) = (i / width, i % width);
        return y >= 3 && x >= 3 && y < height - 3 && x < width - 3
            && Enumerable.Range(-3, 7).All(dy =>
                Enumerable.Range(-3, 7).All(dx => classes[((y + dy) * width) + x + dx] == classes[i]));
    }

    private static long[] ClassesOf(MaskFolder data, int index) => Read(data.Get(index, seed: null)).Classes;

    private static (float[] Pixels, long[] Classes) Read(Sample sample)
    {
        using var pixels = sample.Inputs[0];
        using var classes = sample.Targets[0];
        return (pixels.ToArray<float>(), classes.ToArray<long>());
    }

    private static List<float> Epoch(MaskFolder data, BatchLoaderOptions options)
    {
        var values = new List<float>();
        using var source = data.Open(options);
        foreach (var batch in source.Epoch(2))
        {
            using (batch)
            {
                values.AddRange(batch.Images.ToArray<float>());
                values.AddRange(batch.Labels.ToArray<long>().Select(label => (float)label));
            }
        }

        return values;
    }
}
