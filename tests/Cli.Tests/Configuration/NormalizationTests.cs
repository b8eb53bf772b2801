using Ocs.Cli.Configuration;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Zoo;

namespace Ocs.Cli.Tests.Configuration;

public sealed class NormalizationTests
{
    private static readonly Normalization Own = new([0.1f, 0.2f, 0.3f], [1, 2, 3]);

    [Theory]
    [InlineData("cifar10", 0.2023f)]
    [InlineData("cifar100", 0.2675f)]
    [InlineData("another", 1f)]
    public void The_official_choice_is_the_programs_where_it_knows_the_data_set(string name, float deviation)
    {
        var data = TrainingDataSource.Normalized(Images(name), NormalizationChoice.Official);
        Assert.Equal(deviation, data.Normalization.StandardDeviation[0]);
        Assert.Same(Own, TrainingDataSource.Normalized(Images(name), NormalizationChoice.DataSet).Normalization);
    }

    [Theory]
    [InlineData("cifar10")]
    [InlineData("another")]
    public void ImageNets_is_for_the_colour_images_of_any_data_set(string name)
    {
        var seen = TrainingDataSource.Normalized(
            Images(name), Choices.Named<NormalizationChoice>("--normalization", "imagenet")).Normalization;
        Assert.Equal([0.485f, 0.456f, 0.406f], seen.Mean.ToArray());
        Assert.Equal([0.229f, 0.224f, 0.225f], seen.StandardDeviation.ToArray());

        var grey = new ImageDataset("grey", new byte[1], [0], 1, 1, 1, ["a"], new([0], [1]));
        Assert.Equal(
            "Normalization imagenet is for colour images, but those of grey have 1 channel(s); choose data-set.",
            Assert.Throws<OcsInputException>(() =>
                TrainingDataSource.Normalized(grey, NormalizationChoice.Imagenet)).Message);
    }

    [Fact]
    public void A_network_gets_the_images_as_it_remembers_them()
    {
        var graph = Models.Build("cifar_resnet20");
        Assert.Same(Own, TrainingDataSource.Normalized(Images("cifar10"), graph).Normalization);

        var trained = graph.WithNormalization([0.5f, 0.6f, 0.7f], [4, 5, 6]);
        var seen = TrainingDataSource.Normalized(Images("cifar10"), trained).Normalization;
        Assert.Equal([0.5f, 0.6f, 0.7f], seen.Mean.ToArray());
        Assert.Equal([4f, 5, 6], seen.StandardDeviation.ToArray());
    }

    private static ImageDataset Images(string name) => new(name, new byte[3], [0], 3, 1, 1, ["a"], Own);
}
