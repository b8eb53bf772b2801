namespace Ocs.Graphs.Tests;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("resnet5", "resnet56")]
    [InlineData("VGG16", "vgg16")]
    [InlineData("vgg61", "vgg16")]
    [InlineData("resent20", "resnet20")]
    [InlineData("", "vgg16")]
    public void The_nearest_has_the_fewest_edits_whatever_the_case(string name, string nearest)
    {
        Assert.Equal(nearest, NearestName.Of(name, ["resnet20", "resnet56", "vgg16"]));
    }

    [Fact]
    public void Insertions_deletions_and_replacements_count_one_each()
    {
        // kitten -> sitting takes 3 edits, kitten -> kitchens 2 insertions and 1 replacement, kitten -> mitten 1.
        Assert.Equal("mitten", NearestName.Of("kitten", ["sitting", "mitten", "kitchens"]));
        Assert.Equal("sitting", NearestName.Of("kitten", ["sitting", "knitwear"]));
        Assert.Equal("abcd", NearestName.Of("abc", ["abcd", "xyc"]));
        Assert.Equal("ab", NearestName.Of("abc", ["ab", "xbcd"]));
    }

    [Fact]
    public void Without_candidates_there_is_none() => Assert.Equal("", NearestName.Of("x", []));
}
