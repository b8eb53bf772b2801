using System.Collections.Immutable;

namespace Ocs.Data.Tests.Datasets;

public sealed class ImageDatasetTests
{
    [Fact]
    public void Bytes_and_labels_must_agree()
    {
        Assert.Throws<ArgumentException>(() => Make(new byte[7], [0, 1]));
        Assert.Throws<ArgumentException>(() => Make(new byte[8], [0, 2]));
        Assert.Throws<ArgumentException>(() => Make(new byte[8], [0, -1]));
    }

    [Fact]
    public void A_sample_keeps_images_and_labels_together_and_repeats_by_seed()
    {
        var all = Make(
            [.. Enumerable.Range(0, 40).Select(i => (byte)i)], [.. Enumerable.Range(0, 10).Select(i => i % 2)]);
        var few = all.Sample(4, seed: 1);
        Assert.Equal(4, few.Count);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(few.Image(i)[0] / 4 % 2, few.Labels[i]);
        }

        Assert.Equal(few.Images.ToArray(), all.Sample(4, seed: 1).Images.ToArray());
        Assert.NotEqual(few.Images.ToArray(), all.Sample(4, seed: 2).Images.ToArray());
        Assert.Same(all, all.Sample(10, seed: 1));
    }

    [Fact]
    public void Mean_and_deviation_are_those_of_the_pixels()
    {
        // 0, 0, 255, 255: mean 0.5, deviation 0.5.
        var measured = Make([0, 0, 255, 255], [0]).Measure();
        Assert.Equal(0.5f, measured.Mean[0], 1e-6f);
        Assert.Equal(0.5f, measured.StandardDeviation[0], 1e-6f);
    }

    [Fact]
    public void Another_normalization_changes_what_the_network_sees()
    {
        var data = Make([0, 0, 255, 255], [0]).With(new([0.5f], [0.25f]));
        using var loader = new BatchLoader(data, BatchLoaderOptions.Evaluation(1));
        using var batch = loader.Epoch(0).Single();
        Assert.Equal([-2f, -2, 2, 2], batch.Images.ToArray<float>());
    }

    [Theory]
    [InlineData(new float[0], new float[0])]
    [InlineData(new[] { 0f, 0 }, new[] { 1f, 1 })]
    [InlineData(new[] { float.NaN }, new[] { 1f })]
    [InlineData(new[] { 0f }, new[] { 0f })]
    public void A_normalization_has_one_mean_and_one_positive_deviation_a_channel(float[] mean, float[] deviation) =>
        Assert.Throws<ArgumentException>(() => Make(new byte[4], [0]).With(new([.. mean], [.. deviation])));

    private static ImageDataset Make(byte[] images, ImmutableArray<int> labels) =>
        new("hand-made", images, labels, 1, 2, 2, ["a", "b"], new([0], [1]));
}
