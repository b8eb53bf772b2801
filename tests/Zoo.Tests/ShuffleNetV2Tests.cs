using Ocs.Pruning.Coupling;

namespace Ocs.Zoo.Tests;

public sealed class ShuffleNetV2Tests
{
    [Theory]
    [InlineData("maxpool", 24, 56)]
    [InlineData("stage2.3.shuffle", 116, 28)]
    [InlineData("stage3.7.shuffle", 232, 14)]
    [InlineData("stage4.3.shuffle", 464, 7)]
    [InlineData("conv5.2", 1024, 7)]
    public void Stages_have_the_sizes_of_table_5(string node, long channels, long size)
    {
        ZooAssert.Shape("shufflenet_v2_x1_0", node, channels, size);
    }

    [Theory]
    [InlineData("shufflenet_v2_x0_5", 41e6)]
    [InlineData("shufflenet_v2_x1_0", 146e6)]
    [InlineData("shufflenet_v2_x1_5", 299e6)]
    [InlineData("shufflenet_v2_x2_0", 591e6)]
    public void Macs_are_those_of_table_5(string name, double macs)
    {
        Assert.InRange(Models.Build(name).Macs, 0.98 * macs, 1.02 * macs);
    }

    // The shuffle puts channel k of the first half at 2 k and of the second at 2 k + 1; a unit filters the second 58.
    [Theory]
    [InlineData("stage2.0.branch1.2.weight", 29, "stage2.1.branch2.0.weight", 0)]
    [InlineData("stage2.0.branch2.5.weight", 29, "stage2.1.branch2.0.weight", 1)]
    [InlineData("stage2.0.branch1.2.weight", 57, "stage2.1.branch2.0.weight", 56)]
    [InlineData("stage2.1.branch2.5.weight", 57, "stage2.2.branch2.0.weight", 57)]
    public void Channels_are_followed_through_units(string maker, int row, string reader, int column)
    {
        var groups = CouplingGraph.Build(Models.Build("shufflenet_v2_x1_0")).Groups;
        var (group, made) = (
            from candidate in groups
            from member in candidate.Members
            where member.Parameter == maker && member.Dimension == 0 && member.Indices.Contains(row)
            select (candidate, member)).Single();
        var read = group.Members.Single(member => member.Parameter == reader && member.Dimension == 1);
        Assert.Equal(made.Indices.IndexOf(row), read.Indices.IndexOf(column));
    }

    [Fact]
    public void Only_image_and_classes_are_frozen()
    {
        ZooAssert.OnlyImageAndClassesAreFrozen(CouplingGraph.Build(Models.Build("shufflenet_v2_x0_5")));
    }
}
