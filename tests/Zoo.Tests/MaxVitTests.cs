using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;

namespace Ocs.Zoo.Tests;

public sealed class MaxVitTests
{
    // torchvision's table of its weights: 5.56 GFLOPs, of which a multiply-accumulate is one. Tab. 2 of the paper says
    // 5.6.
    [Fact]
    public void Macs_are_the_published_ones()
    {
        Assert.Equal(5.56, Models.Build("maxvit_t").Macs / 1e9, 0.0051);
    }

    // Tab. 1: stages S1 to S4.
    [Theory]
    [InlineData(0, 2, 64, 56)]
    [InlineData(1, 2, 128, 28)]
    [InlineData(2, 5, 256, 14)]
    [InlineData(3, 2, 512, 7)]
    public void Stages_are_those_of_the_paper(int block, int layers, long channels, long size)
    {
        var nodes = Models.Build("maxvit_t").Nodes
            .Where(node => node.Name.StartsWith($"blocks.{block}.", StringComparison.Ordinal)).ToList();
        Assert.Equal([1, channels, size, size], nodes[^1].Shape.ToArray());
        var attentions = nodes.Where(node => node.Operator is ScaledDotProductAttention)
            .Select(node => node.Shape).ToList();
        var windows = size * size / 49;
        Assert.Equal(2 * layers, attentions.Count);
        Assert.All(attentions, shape => Assert.Equal([1, windows, channels / 32, 49, 32], shape.ToArray()));
        var depthwise = nodes.Where(node => node.Operator is Conv2d { Groups: > 1 }).ToList();
        Assert.Equal(layers, depthwise.Count);
        Assert.All(depthwise, node => Assert.Equal(4 * channels, node.Shape[1]));
    }

    [Fact]
    public void Each_stage_has_a_stream_each_layer_two_attentions_two_mlps_and_a_convolutional_branch()
    {
        var groups = CouplingGraph.Build(Models.Build("maxvit_t")).Groups;
        const int Layers = 2 + 2 + 5 + 2;
        Assert.Equal(
            [
                "input of the network", "output of the network",
                .. Enumerable.Repeat("size fixed by Relative", 2 * Layers),
            ],
            groups.Where(group => !group.IsPrunable)
                .Select(group => group.FrozenReason!.Split("PositionBias")[0]).Order(StringComparer.Ordinal));
        var prunable = groups.Where(group => group.IsPrunable).ToList();
        int Count(string ending) => prunable.Count(group => group.Name.EndsWith(ending, StringComparison.Ordinal));

        Assert.Equal(2 * Layers, Count(".to_qkv"));
        Assert.Equal(2 * Layers, Count(".mlp_layer.1"));
        Assert.Equal(Layers, Count(".conv_a.0"));
        Assert.Equal(Layers, Count(".squeeze_excitation.fc1"));
        Assert.Equal(
            [("stem.0.0", 64), ("stem.1.0", 64), ("classifier.3", 512)],
            prunable.Where(group => group.Name[0] is 's' or 'c').Select(group => (group.Name, group.Channels)));
        Assert.Equal(6 * Layers + 3 + 4, prunable.Count);
    }

    [Fact]
    public void Windows_must_fill_every_stage()
    {
        var error = Assert.Throws<OcsInputException>(() => Models.Build("maxvit_t", new NetworkInput(3, 224, 256)));
        Assert.Equal(
            "maxvit_t attends within windows of 7x7 positions, which do not fill 56x64; "
            + "use a height and a width divisible by 224.",
            error.Message);
    }
}
