using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Zoo.Tests;

[NoTensorLeaks]
public sealed class SwinTransformerTests
{
    // torchvision's table of its weights: GFLOPs, of which a multiply-accumulate is one. Tab. 1 of the paper says 4.5,
    // 8.7 and 15.4.
    [Theory]
    [InlineData("swin_t", 4.49)]
    [InlineData("swin_s", 8.74)]
    [InlineData("swin_b", 15.43)]
    [InlineData("swin_v2_t", 5.94)]
    public void Macs_are_the_published_ones(string name, double billions)
    {
        Assert.Equal(billions, Models.Build(name).Macs / 1e9, 0.0051);
    }

    // Tab. 7: layers, channels and heads of each stage.
    [Theory]
    [InlineData("swin_t", "2 2 6 2", "96 192 384 768", "3 6 12 24", "56 28 14 7")]
    [InlineData("swin_s", "2 2 18 2", "96 192 384 768", "3 6 12 24", "56 28 14 7")]
    [InlineData("swin_b", "2 2 18 2", "128 256 512 1024", "4 8 16 32", "56 28 14 7")]
    [InlineData("swin_v2_t", "2 2 6 2", "96 192 384 768", "3 6 12 24", "64 32 16 8")]
    public void Stages_are_those_of_the_papers(string name, string depths, string channels, string heads, string sizes)
    {
        var graph = Models.Build(name);
        var stages = Enumerable.Range(0, 4).Select(stage => graph.Nodes
            .Where(node => node.Name.StartsWith($"features.{2 * stage + 1}.", StringComparison.Ordinal))
            .ToList()).ToList();
        string Each(Func<List<Node>, long> value) => string.Join(' ', stages.Select(value));

        Assert.Equal(depths, Each(nodes => nodes.Count(node => node.Operator is ScaledDotProductAttention)));
        Assert.Equal(channels, Each(nodes => nodes[^1].Shape[3]));
        Assert.Equal(heads, Each(nodes => nodes.First(node => node.Operator is ScaledDotProductAttention).Shape[2]));
        Assert.Equal(sizes, Each(nodes => nodes[^1].Shape[1]));
        Assert.All(
            graph.Nodes.Where(node => node.Operator is ScaledDotProductAttention),
            node => Assert.Equal(32, node.Shape[4]));
    }

    [Theory]
    [InlineData("swin_t", 5)]
    [InlineData("swin_b", 11)]
    [InlineData("swin_v2_t", 5)]
    public void Windows_of_every_second_block_are_shifted_but_where_one_fills_the_image(string name, int shifted)
    {
        var graph = Models.Build(name);
        var masks = graph.Nodes.Where(node => node.Operator is ShiftedWindowMask).Select(node => node.Name).ToList();
        Assert.Equal(shifted, masks.Count);
        Assert.All(masks, mask => Assert.Matches(@"^features\.[135]\.\d*[13579]\.attn\.mask$", mask));
        Assert.Equal(2 * shifted, graph.Nodes.Count(node => node.Operator is Roll));
    }

    [Fact]
    public void Windows_are_shifted_along_the_side_that_has_several()
    {
        var graph = Models.Build("swin_t", new NetworkInput(3, 28, 56));
        var mask = (ShiftedWindowMask)graph.Nodes.Single(node => node.Name == "features.1.1.attn.mask").Operator;
        Assert.Equal(new(new(7, 14), 7, new(0, 3)), mask);
    }

    [Theory]
    [InlineData("swin_t")]
    [InlineData("swin_v2_t")]
    public void Each_stage_has_a_stream_that_merging_ties_fourfold_each_block_heads_and_an_mlp(string name)
    {
        var groups = CouplingGraph.Build(Models.Build(name, new NetworkInput(3, 64, 64))).Groups;
        var prunable = groups.Where(group => group.IsPrunable).ToDictionary(group => group.Name);
        var streams = new[] { "features.0.0", "features.2.reduction", "features.4.reduction", "features.6.reduction" };
        Assert.Equal([96, 192, 384, 768], streams.Select(stream => prunable[stream].Channels));
        Assert.Equal(12, prunable.Keys.Count(key => key.EndsWith(".attn.qkv", StringComparison.Ordinal)));
        Assert.Equal(12, prunable.Keys.Count(key => key.EndsWith(".mlp.0", StringComparison.Ordinal)));
        var biases = name == "swin_t" ? 0 : 12;
        Assert.Equal(biases, prunable.Keys.Count(key => key.EndsWith(".attn.cpb_mlp.0", StringComparison.Ordinal)));
        Assert.Equal(4 + 24 + biases, prunable.Count);
        Assert.Equal(
            ["input of the network", "output of the network", .. Enumerable.Repeat("size fixed by Relative", 12)],
            groups.Where(group => !group.IsPrunable)
                .Select(group => group.FrozenReason!.Split("PositionBias")[0].Split("Coordinates")[0]).Order());
        var merged = prunable["features.2.reduction"].Members.Single(
            member => member is { Parameter: "features.4.reduction.weight" });
        Assert.Equal([5, 192 + 5, 384 + 5, 576 + 5], merged.IndicesOf(5).ToArray());
    }

    [Fact]
    public void A_head_of_version_2_leaves_with_its_temperature_and_its_part_of_all_three_biases()
    {
        var groups = CouplingGraph.Build(Models.Build("swin_v2_t", new NetworkInput(3, 64, 64))).Groups;
        var heads = groups.Single(group => group.Name == "features.1.1.attn.qkv");
        Assert.Equal(
            [
                ("qkv.weight", 0, 96), ("qkv.bias", 0, 96), ("cpb_mlp.2.weight", 0, 1), ("logit_scale", 0, 1),
                ("proj.weight", 1, 32),
            ],
            heads.Members.Select(
                member =>
                    (member.Parameter["features.1.1.attn.".Length..], member.Dimension, member.IndicesPerChannel)));
    }

    // As in torchvision's forward pass: of the 3 x 96 biases those of the keys, the second third, do not count.
    [Theory]
    [InlineData(95, true)]
    [InlineData(96, false)]
    [InlineData(191, false)]
    [InlineData(192, true)]
    public void Keys_of_version_2_have_no_bias(int index, bool counts)
    {
        var graph = Models.Build("swin_v2_t", new NetworkInput(3, 32, 32), classes: 3);
        using var parameters = ParameterTable.Initialize(graph, seed: 4);
        using var batch = Tensor.FromArray<float>(new Dice(2).Floats(3 * 32 * 32, -1, 1), [1, 3, 32, 32]);
        using var before = new Executor(graph, parameters).Forward(batch, training: false);
        var biases = new float[3 * 96];
        biases[index] = 3;
        parameters.Replace("features.1.0.attn.qkv.bias", Tensor.FromArray<float>(biases, [3 * 96]));
        using var after = new Executor(graph, parameters).Forward(batch, training: false);
        Assert.Equal(counts, !before.ToArray<float>().SequenceEqual(after.ToArray<float>()));
    }
}
