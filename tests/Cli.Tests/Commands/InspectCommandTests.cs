using System.Text.Json;

namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs inspect` and `ocs models`.</summary>
[NoTensorLeaks]
public class InspectCommandTests
{
    [Fact]
    public void The_text_of_cifar_resnet20_is_as_expected()
    {
        var result = CommandLine.Run("inspect", "cifar_resnet20");

        Assert.Equal(0, result.Code);
        Assert.Empty(result.Error);
        Expectation.Matches("inspect-cifar_resnet20", result.Output);
    }

    [Fact]
    public void The_json_object_has_the_names_that_scripts_rely_on()
    {
        var inspected = CommandLine.Run("inspect", "cifar_resnet20", "--json").Json;

        Assert.Equal(["model", "input", "macs", "parameters", "groups", "kept"], Names(inspected));
        Assert.Equal("cifar_resnet20", inspected.GetProperty("model").GetString());
        Assert.Equal([3, 32, 32], inspected.GetProperty("input").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal(40_813_184, inspected.GetProperty("macs").GetInt64());
        Assert.Equal(272_474, inspected.GetProperty("parameters").GetInt64());
        var groups = inspected.GetProperty("groups").EnumerateArray().ToList();
        Assert.All(
            groups, group => Assert.Equal(["id", "channels", "kind", "frozen", "reason", "members"], Names(group)));
        Assert.Equal(12, groups.Count(group => !group.GetProperty("frozen").GetBoolean()));
        Assert.All(groups, group => Assert.Equal(
            group.GetProperty("frozen").GetBoolean(), group.GetProperty("reason").ValueKind == JsonValueKind.String));
        Assert.All(
            groups.SelectMany(group => group.GetProperty("members").EnumerateArray()),
            member => Assert.Equal(["parameter", "dimension"], Names(member)));
    }

    [Fact]
    public void Classes_and_image_channels_can_be_chosen()
    {
        var inspected =
            CommandLine.Run("inspect", "cifar_vgg16", "--classes", "100", "--input-channels", "1", "--json").Json;

        Assert.Equal([1, 28, 28], inspected.GetProperty("input").EnumerateArray().Select(size => size.GetInt32()));
    }

    [Fact]
    public void What_a_person_leaves_whole_says_so()
    {
        var ignored =
            CommandLine.Run("inspect", "cifar_resnet20", "--ignore", "layer1.0.conv1", "--only", "layer?").Output;

        Assert.Contains(
            "group 3: layer1.0.conv1, 16 channels, frozen: ignored by pattern 'layer1.0.conv1'", ignored,
            StringComparison.Ordinal);
        Assert.Contains(
            "group 11: layer3.0.conv2, 64 channels, frozen: fc.weight is outside of 'layer?'", ignored,
            StringComparison.Ordinal);
        Assert.Contains("group 4: layer1.1.conv1, 16 channels\n", ignored, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_lists_every_network_of_the_zoo()
    {
        var listed = CommandLine.Run("models", "--json").Json.GetProperty("models").EnumerateArray().ToList();

        Assert.All(
            listed,
            model => Assert.Equal(["model", "description", "image", "classes", "macs", "parameters"], Names(model)));
        Assert.Equal(
            Zoo.Models.All.Select(model => model.Name), listed.Select(model => model.GetProperty("model").GetString()));
        Assert.Contains("cifar_resnet56", CommandLine.Run("models").Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(JsonElement element) =>
        element.EnumerateObject().Select(property => property.Name);
}
