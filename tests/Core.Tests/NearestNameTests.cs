namespace Ocs.Core.Tests;

public sealed class NearestNameTests
{
    private static readonly string[] Networks = ["resnet20", "resnet56", "vgg16"];

    [Theory]
    [InlineData("resnet5", "resnet56")]
    [InlineData("VGG16", "vgg16")]
    [InlineData("vgg61", "vgg16")]
    [InlineData("resent20", "resnet20")]
    public void The_nearest_has_the_fewest_errors_whatever_the_case(string name, string nearest) =>
        Assert.Equal(nearest, NearestName.Of(name, Networks));

    [Fact]
    public void Insertions_deletions_replacements_and_swaps_count_one_each()
    {
        Assert.Equal("mitten", NearestName.Of("kitten", ["sitting", "mitten", "kitchens"]));
        Assert.Equal("abcde", NearestName.Of("xabcde", ["abcde", "abcdefg"]));
        Assert.Equal("eval", NearestName.Of("evla", ["exxl", "eval"]));
    }

    [Theory]
    [InlineData("tensorrt")]
    [InlineData("ssd300_resnet50")]
    [InlineData("v")]
    [InlineData("")]
    public void What_is_not_near_is_not_suggested(string name)
    {
        Assert.Null(NearestName.Of(name, Networks));
        Assert.Equal(".", NearestName.Question(name, Networks));
    }

    [Fact]
    public void The_start_of_a_name_means_the_name() =>
        Assert.Equal("same-index", NearestName.Of("same", ["whole", "same-index"]));

    [Fact]
    public void The_question_ends_a_sentence() =>
        Assert.Equal("; did you mean 'zoo.vgg16'?", NearestName.Question("vgg61", Networks, "zoo."));

    [Fact]
    public void Without_candidates_there_is_none() => Assert.Null(NearestName.Of("x", []));
}
