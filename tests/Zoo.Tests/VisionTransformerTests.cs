using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;

namespace Ocs.Zoo.Tests;

public sealed class VisionTransformerTests
{
    // Tab. 1 of the paper; DeiT's for cifar_vit.
    [Theory]
    [InlineData("vit_b_16", 12, 768, 3072, 12)]
    [InlineData("vit_b_32", 12, 768, 3072, 12)]
    [InlineData("vit_l_16", 24, 1024, 4096, 16)]
    [InlineData("cifar_vit", 12, 192, 768, 3)]
    public void Layers_widths_and_heads_are_those_of_the_papers(
        string name, int layers, long width, long mlp, long heads)
    {
        var graph = Models.Build(name);
        var attentions = graph.Nodes.Where(node => node.Operator is ScaledDotProductAttention).ToList();
        Assert.Equal(layers, attentions.Count);
        Assert.All(attentions, node => Assert.Equal((heads, width / heads), (node.Shape[1], node.Shape[3])));
        var activations = graph.Nodes.Where(node => node.Operator is Activation).ToList();
        Assert.Equal(layers, activations.Count);
        Assert.All(activations, node => Assert.Equal(mlp, node.Shape[^1]));
        Assert.Equal(width, graph.Parameter("heads.head.weight").Shape[1]);
        Assert.Equal(2 * layers + 1, graph.Nodes.Count(node => node.Operator is LayerNorm));
    }

    [Theory]
    [InlineData("vit_b_16", 14 * 14)]
    [InlineData("vit_b_32", 7 * 7)]
    [InlineData("vit_l_16", 14 * 14)]
    [InlineData("cifar_vit", 8 * 8)]
    public void A_class_token_stands_before_those_of_the_patches(string name, int patches)
    {
        var graph = Models.Build(name);
        Assert.Equal(patches + 1, graph.Parameter("encoder.pos_embedding").Shape[1]);
        Assert.All(
            graph.Nodes.Where(node => node.Operator is ScaledDotProductAttention),
            node => Assert.Equal(patches + 1, node.Shape[2]));
    }

    // torchvision's table of its weights: GFLOPs, of which a multiply-accumulate is one.
    [Theory]
    [InlineData("vit_b_16", 17.56)]
    [InlineData("vit_b_32", 4.41)]
    [InlineData("vit_l_16", 61.55)]
    public void Macs_are_the_published_ones(string name, double billions)
    {
        Assert.Equal(billions, Models.Build(name).Macs / 1e9, 0.0051);
    }

    [Fact]
    public void The_stream_the_heads_and_the_mlps_may_leave_images_positions_and_classes_not()
    {
        var groups = CouplingGraph.Build(Models.Build("vit_b_16", new NetworkInput(3, 32, 64))).Groups;
        Assert.Equal(
            [
                "input of the network", "output of the network", "positions that attention weighs",
                "size fixed by Conv2d(stride 16, padding 0) 'conv_proj'",
            ],
            groups.Where(group => !group.IsPrunable).Select(group => group.FrozenReason).Order(StringComparer.Ordinal));
        Assert.Equal(
            [("conv_proj", 768), .. Enumerable.Range(0, 12).SelectMany(layer => new[]
            {
                ($"encoder.layers.encoder_layer_{layer}.self_attention.in_proj", 12),
                ($"encoder.layers.encoder_layer_{layer}.mlp.0", 3072),
            })],
            groups.Where(group => group.IsPrunable).Select(group => (group.Name, group.Channels)));
        var stream = groups.Single(group => group.Name == "conv_proj" && group.IsPrunable);
        Assert.Contains(stream.Members, member => member is { Parameter: "class_token", Dimension: 2 });
        Assert.Contains(stream.Members, member => member is { Parameter: "encoder.pos_embedding", Dimension: 2 });
        var head = groups.Single(group => group.Name == "encoder.layers.encoder_layer_7.self_attention.in_proj");
        Assert.Equal(
            [("in_proj_weight", 3 * 64), ("in_proj_bias", 3 * 64), ("out_proj.weight", 64)],
            head.Members.Select(member => (member.Parameter.Split("self_attention.")[1], member.IndicesPerChannel)));
    }

    [Fact]
    public void Patches_must_fill_the_image()
    {
        var error = Assert.Throws<OcsInputException>(() => Models.Build("vit_b_16", new NetworkInput(3, 224, 100)));
        Assert.Equal(
            "vit_b_16 sees patches of 16x16 pixels, which do not fill an image of 224x100; "
            + "use a height and a width divisible by 16.",
            error.Message);
    }
}
