namespace Ocs.Data.Tests.Augmentation;

public sealed class AugmenterTests
{
    // Two channels of 2x3: 1 2 3 / 4 5 6 and 11 12 13 / 14 15 16; pixel / 255 - 0 over 1/255 gives the pixel itself.
    private static readonly byte[] Image = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];

    [Fact]
    public void The_middle_window_is_the_image() =>
        Assert.Equal([1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16], Write(padding: 1, top: 1, left: 1));

    [Fact]
    public void A_window_at_the_corner_shows_the_padding() =>
        Assert.Equal([0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 11, 12], Write(padding: 1, top: 0, left: 0));

    [Fact]
    public void A_window_at_the_other_corner_shows_the_padding() =>
        Assert.Equal([5, 6, 0, 0, 0, 0, 15, 16, 0, 0, 0, 0], Write(padding: 1, top: 2, left: 2));

    [Fact]
    public void A_flip_mirrors_what_was_cut_out() =>
        Assert.Equal([0, 6, 5, 0, 0, 0, 0, 16, 15, 0, 0, 0], Write(padding: 1, top: 2, left: 2, flip: true));

    [Fact]
    public void A_window_beside_the_image_is_black() =>
        Assert.All(Write(padding: 8, top: 8, left: 0), value => Assert.Equal(0, value));

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 2, true)]
    [InlineData(2, 1, false)]
    public void Channels_last_holds_the_same_numbers(int top, int left, bool flip)
    {
        var planes = Write(padding: 1, top, left, flip);
        var last = Write(padding: 1, top, left, flip, channelsLast: true);
        Assert.Equal(planes, Enumerable.Range(0, 12).Select(i => last[(i % 6 * 2) + (i / 6)]));
    }

    [Fact]
    public void Padding_is_zero_before_normalization()
    {
        // (0 / 255 - 0.5) / 0.25 = -2; (51 / 255 - 0.5) / 0.25 = -1.2.
        var dataset = new ImageDataset("hand-made", [51], [0], 1, 1, 1, ["a"], new([0.5f], [0.25f]));
        var augmenter = new Augmenter(dataset, new() { CropPadding = 1 });
        var output = new float[1];
        augmenter.Write(dataset.Image(0), output, channelsLast: false, top: 0, left: 0, flip: false);
        Assert.Equal(-2f, output[0]);
        augmenter.Write(dataset.Image(0), output, channelsLast: false, top: 1, left: 1, flip: false);
        Assert.Equal(-1.2f, output[0], 1e-6f);
    }

    [Fact]
    public void Each_window_and_both_mirrors_are_equally_frequent()
    {
        var dataset = new ImageDataset(
            "hand-made", [1, 2, 3, 4, 5, 6, 7, 8, 9], [0], 1, 3, 3, ["a"], new([0], [1f / 255]));
        var augmenter = new Augmenter(dataset, new() { CropPadding = 1, HorizontalFlip = true });
        var rng = new Rng(1);
        Dictionary<string, int> seen = [];
        var output = new float[9];
        for (var i = 0; i < 18_000; i++)
        {
            augmenter.Write(dataset.Image(0), output, channelsLast: false, rng);
            var key = string.Join(' ', output);
            seen[key] = seen.GetValueOrDefault(key) + 1;
        }

        // Nine windows, two mirrors each; standard deviation of a count is 31.
        Assert.Equal(18, seen.Count);
        Assert.All(seen.Values, count => Assert.InRange(count, 850, 1_150));
    }

    [Fact]
    public void Options_out_of_range_are_all_told()
    {
        Assert.Single(new AugmentationOptions { CropPadding = 33 }.Validate());
        Assert.Empty(AugmentationOptions.CifarTrain.Validate());
    }

    private static float[] Write(int padding, int top, int left, bool flip = false, bool channelsLast = false)
    {
        ImageDataset dataset =
            new("hand-made", Image, [0], 2, 2, 3, ["a"], new([0f, 0f], [1f / 255, 1f / 255]));
        var output = new float[12];
        new Augmenter(dataset, new() { CropPadding = padding }).Write(Image, output, channelsLast, top, left, flip);
        return [.. output.Select(value => MathF.Round(value, 3))];
    }
}
