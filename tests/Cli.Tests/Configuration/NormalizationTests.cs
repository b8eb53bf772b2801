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
