using System.Globalization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Zoo.Tests;

[NoTensorLeaks]
[OneThread]
public sealed class GptTests
{
    private const int Characters = 65;

    // nanoGPT prints the parameters without biases and positions: 10.65M for its network of characters, and 0.80M for
    // the one that its README trains on a processor.
    [Theory]
    [InlineData("gpt_nano", 4, 4, 128, 64, 0.80)]
    [InlineData("gpt_small", 6, 6, 384, 256, 10.65)]
    public void Sizes_are_nanoGpts(string name, int layers, long heads, long width, long length, double millions)
    {
        var graph = Models.Build(name);
        var attentions = graph.Nodes.Where(node => node.Operator is ScaledDotProductAttention).ToList();
        Assert.Equal(layers, attentions.Count);
        Assert.All(attentions, node =>
        {
            Assert.Equal([1, heads, length, width / heads], node.Shape.ToArray());
            Assert.True(((ScaledDotProductAttention)node.Operator).IsCausal);
        });
        Assert.Equal([1, length, Characters], graph.Nodes[graph.Outputs.Single()].Shape.ToArray());
        var counted = graph.Parameters.Where(spec => spec.Role is ParameterRole.Weight or ParameterRole.NormWeight
            && spec.Name != "transformer.wpe.weight").Sum(spec => spec.ElementCount);
        Assert.Equal(millions, counted / 1e6, 0.005);

        // A block has 12 E² weights and 13 E biases and norms; tokens, positions and the last norm remain.
        Assert.Equal(
            (layers * ((12 * width * width) + (13 * width))) + ((Characters + length + 2) * width),
            graph.ParameterCount);
        Assert.Equal(
            (layers * length * ((12 * width * width) + (2 * length * width))) + (length * width * Characters),
            graph.Macs);
        Assert.Equal(ModelTask.Text, Models.Find(name).Task);
    }

    [Fact]
    public void Parameters_have_nanoGpts_names_and_shapes_and_start_as_its_do()
    {
        var graph = Models.Build("gpt_nano", NetworkInput.Sequence(32), classes: 50);
        Assert.Equal(
            [
                "transformer.wte.weight [50, 128]", "transformer.wpe.weight [32, 128]",
                "transformer.h.0.ln_1.weight [128]", "transformer.h.0.ln_1.bias [128]",
                "transformer.h.0.attn.c_attn.weight [384, 128]", "transformer.h.0.attn.c_attn.bias [384]",
                "transformer.h.0.attn.c_proj.weight [128, 128]", "transformer.h.0.attn.c_proj.bias [128]",
                "transformer.h.0.ln_2.weight [128]", "transformer.h.0.ln_2.bias [128]",
                "transformer.h.0.mlp.c_fc.weight [512, 128]", "transformer.h.0.mlp.c_fc.bias [512]",
                "transformer.h.0.mlp.c_proj.weight [128, 512]", "transformer.h.0.mlp.c_proj.bias [128]",
            ],
            graph.Parameters.Take(14).Select(spec => $"{spec.Name} {NodeShapes.Show(spec.Shape)}"));
        Assert.Equal("transformer.ln_f.bias", graph.Parameters[^1].Name);
        foreach (var spec in graph.Parameters)
        {
            Assert.Equal(
                spec.Role == ParameterRole.NormWeight ? Initialization.Constant(1)
                : spec.Role != ParameterRole.Weight ? Initialization.Constant(0)
                : spec.Name.EndsWith("c_proj.weight", StringComparison.Ordinal)
                ? Initialization.Normal(0.02 / Math.Sqrt(8))
                : Initialization.Normal(0.02),
                spec.Initialization);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_stream_the_heads_and_the_mlps_may_leave_tokens_and_positions_not(bool isTied)
    {
        var graph = Build(isTied);
        var groups = CouplingGraph.Build(graph).Groups;
        Assert.Equal(
            [("transformer.h.0.attn.c_proj", 8), .. Enumerable.Range(0, 2).SelectMany(layer => new[]
            {
                (Name(layer, "attn.c_attn"), 4),
                (Name(layer, "mlp.c_fc"), 32),
            })],
            groups.Where(group => group.IsPrunable).Select(group => (group.Name, group.Channels)));
        string[] head = isTied ? [] : ["lm_head.weight/1"];
        Assert.Equal(
            [
                "transformer.wte.weight/1", "transformer.wpe.weight/1", .. Enumerable.Range(0, 2).SelectMany(layer =>
                    new[]
                    {
                        "ln_1.weight/0", "ln_1.bias/0", "attn.c_attn.weight/1", "attn.c_proj.weight/0",
                        "attn.c_proj.bias/0", "ln_2.weight/0", "ln_2.bias/0", "mlp.c_fc.weight/1",
                        "mlp.c_proj.weight/0", "mlp.c_proj.bias/0",
                    }.Select(member => Name(layer, member))),
                "transformer.ln_f.weight/0", "transformer.ln_f.bias/0", .. head,
            ],
            groups.Single(group => group.Kind == GroupKind.HiddenWidth && group.IsPrunable).Members
                .Select(member => $"{member.Parameter}/{member.Dimension}"));
        Assert.Equal(
            [GroupKind.HiddenWidth, GroupKind.Heads, GroupKind.MlpWidth, GroupKind.Heads, GroupKind.MlpWidth],
            groups.Where(group => group.IsPrunable).Select(group => group.Kind));
        var frozen = groups.Where(group => !group.IsPrunable);
        Assert.Contains(frozen, group => Has(group, "transformer.wte.weight", 0));
        Assert.Contains(frozen, group => Has(group, "transformer.wpe.weight", 0));

        static bool Has(Group group, string parameter, int dimension) =>
            group.Members.Any(member => member.Parameter == parameter && member.Dimension == dimension);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_cut_is_proven_and_the_cut_network_reads_a_text_token_by_token(bool isTied)
    {
        var graph = Build(isTied);
        using var parameters = ParameterTable.Initialize(graph, seed: 2);
        MoveFromConstants(graph, parameters);
        using var tokens = Tensor.FromArray<long>([.. Enumerable.Range(0, 12).Select(i => 5L * i % 7)], [2, 6]);
        foreach (var heads in new CouplingPolicy?[] { null, CouplingPolicy.SameIndex })
        {
            foreach (var ranking in new[] { Ranking.Global, Ranking.PerGroup, Ranking.Isomorphic })
            {
                var options = OneCycleOptions.Paper with
                {
                    Target = 0.4,
                    Ranking = ranking,
                    Resource = Resource.Parameters,
                    Heads = heads,
                };
                var search = new SubnetworkSearch(graph, options);
                using var cut = ProvenCut.Make(search, search.Find(parameters), parameters, tokens);
                Assert.InRange(
                    cut.Network.ParameterCount, 0.4 * graph.ParameterCount, 0.6 * graph.ParameterCount);
                using var noGrad = Autograd.NoGrad();
                using var whole = cut.Network.Forward(tokens);
                using var executor = new IncrementalExecutor(cut.Network.Graph, cut.Network.Parameters);
                for (var place = 0; place < 6; place++)
                {
                    using var next = Aten.Narrow(tokens, 1, place, 1);
                    using var logits = executor.Append(next);
                    using var expected = Aten.Narrow(whole, 1, place, 1);
                    Tensors.AssertClose(expected, logits, tolerance: 1e-4);
                }
            }
        }
    }

    [Fact]
    public void A_text_is_no_image_and_an_image_no_text()
    {
        Assert.Equal(
            "gpt_nano takes a sequence of tokens, not an image; give the length of a sequence.",
            Assert.Throws<OcsInputException>(() => Models.Build("gpt_nano", NetworkInput.Cifar)).Message);
        Assert.Equal(
            "cifar_resnet8 takes an image, not a sequence of tokens; give channels, height and width.",
            Assert.Throws<OcsInputException>(() => Models.Build("cifar_resnet8", NetworkInput.Sequence(9))).Message);
        Assert.Equal(
            "A sequence has at least 1 token, but 0 were asked for.",
            Assert.Throws<OcsInputException>(() => NetworkInput.Sequence(0)).Message);
        Assert.Equal([9L], NetworkInput.Sequence(9).Shape.ToArray());
        Assert.Equal([3L, 32, 32], NetworkInput.Cifar.Shape.ToArray());
    }

    private static Graph Build(bool isTied) => Gpt.Build(
        "gpt", new(Layers: 2, Heads: 4, Width: 8, Dropout: 0.1, isTied), NetworkInput.Sequence(6), vocabulary: 7);

    private static string Name(int layer, string part) =>
        string.Create(CultureInfo.InvariantCulture, $"transformer.h.{layer}.{part}");

    // Weights of a trained network's size, and norms that are not the identity.
    private static void MoveFromConstants(Graph graph, ParameterTable parameters)
    {
        var dice = new Dice(5);
        foreach (var spec in graph.Parameters)
        {
            var start = spec.Role == ParameterRole.NormWeight ? 1 : 0;
            parameters.Replace(
                spec.Name,
                Tensor.FromArray<float>(dice.Floats(spec.ElementCount, start - 0.5, start + 0.5), spec.Shape.AsSpan()));
        }
    }
}
