using Ocs.Pruning.Coupling;

namespace Ocs.Zoo.Tests;

/// <summary>What of the networks may be cut.</summary>
public sealed class ZooGroupsTests
{
    // Groups: one a convolution, but one a stage for those that meet in sums.
    [Theory]
    [InlineData("cifar_resnet20", 12)]
    [InlineData("cifar_vgg16", 13)]
    [InlineData("alexnet", 5 + 2)]
    [InlineData("densenet121", 1 + 2 * 58 + 3)]
    [InlineData("googlenet", 3 + 6 * 9)]
    [InlineData("inception_v3", 94)]
    [InlineData("resnet18", 12)]
    [InlineData("resnet50", 37)]
    [InlineData("resnext50_32x4d", 37)]
    [InlineData("squeezenet1_0", 1 + 3 * 8)]
    [InlineData("vgg11", 8 + 2)]
    [InlineData("vgg16_bn", 13 + 2)]
    [InlineData("wide_resnet50_2", 37)]
    public void Only_image_and_classes_are_frozen(string name, int prunable)
    {
        var groups = CouplingGraph.Build(Models.Build(name)).Groups;
        Assert.Equal(
            ["input of the network", "output of the network"],
            groups.Where(group => !group.IsPrunable).Select(group => group.FrozenReason).Order(StringComparer.Ordinal));
        Assert.Equal(prunable, groups.Count(group => group.IsPrunable));
    }
}
