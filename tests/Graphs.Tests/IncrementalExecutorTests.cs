using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests;

/// <summary>A text token by token against the whole of it.</summary>
[NoTensorLeaks]
public sealed class IncrementalExecutorTests
{
    private const int Words = 11;
    private const int Length = 12;

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)]
    [InlineData(5, 1, 1, 3, 2)]
    [InlineData(12)]
    [InlineData(1, 11)]
    public void Each_part_of_a_text_gives_what_the_whole_text_gives_there(params int[] parts)
    {
        var graph = Transformer(isCausal: true);
        using var parameters = ParameterTable.Initialize(graph, seed: 4);
        using var text = Tokens(Length, seed: 1);
        using var noGrad = Autograd.NoGrad();
        using var whole = new Executor(graph, parameters).Forward(text, training: false);
        using var executor = new IncrementalExecutor(graph, parameters);
        foreach (var (seed, tokens) in new[] { (0, Tokens(Length, seed: 2)), (1, text.Alias()) })
        {
            using var _ = tokens;
            executor.Reset();
            for (var part = 0; part < parts.Length; part++)
            {
                var start = executor.Count;
                using var next = Aten.Narrow(tokens, 1, start, parts[part]);
                using var logits = executor.Append(next);
                if (seed == 1)
                {
                    using var expected = Aten.Narrow(whole, 1, start, parts[part]);
                    Tensors.AssertClose(expected, logits, tolerance: 1e-5);
                }
            }

            Assert.Equal((parts.Sum(), Length), (executor.Count, executor.Limit));
        }
    }

    [Fact]
    public void A_text_that_is_longer_than_the_network_reads_is_refused()
    {
        var graph = Transformer(isCausal: true);
        using var parameters = ParameterTable.Initialize(graph, seed: 4);
        using var executor = new IncrementalExecutor(graph, parameters);
        using var ten = Tokens(10, seed: 1);
        executor.Append(ten).Dispose();
        var error = Assert.Throws<ArgumentException>(() => executor.Append(ten));
        Assert.Contains("a text has 12 at most; it has 10", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, executor.Count);
    }

    [Fact]
    public void Networks_that_see_later_positions_and_images_are_refused_by_name()
    {
        Assert.Equal(
            "Node 'block.attention' (ScaledDotProductAttention(scale 0.7071)) cannot be computed token by token: it "
            + "mixes the positions of the text, or the dimension that counts them cannot be told.",
            Error(Transformer(isCausal: false)));
        var g = new GraphBuilder("picture");
        Assert.Equal(
            "Network 'picture' takes [1, 3, 8, 8], not one sequence of tokens [1, L]; give a network for texts.",
            Error(g.Build(g.Relu("relu", g.Input("image", 3, 8, 8)))));
        g = new("pooled");
        var x = g.Embedding("words", g.Input("text", Length), Words, 8);
        Assert.StartsWith(
            "Node 'first' (Select", Error(g.Build(g.Select("first", x, 1, 0))), StringComparison.Ordinal);
        g = new("turned");
        x = g.Transpose("columns", g.Embedding("words", g.Input("text", Length), Words, 8), 1, 2);
        Assert.StartsWith(
            "Node 'mixed' (Linear)", Error(g.Build(g.Linear("mixed", x, 3))), StringComparison.Ordinal);

        static string Error(Graph graph)
        {
            using var parameters = ParameterTable.Initialize(graph, seed: 0);
            return Assert.Throws<OcsInputException>(() => new IncrementalExecutor(graph, parameters)).Message;
        }
    }

    private static Tensor Tokens(int count, int seed)
    {
        var dice = new Dice(seed);
        return Tensor.FromArray<long>(
            [.. Enumerable.Range(0, 2 * count).Select(_ => (long)dice.Roll(Words))], [2, count]);
    }

    private static Graph Transformer(bool isCausal)
    {
        var g = new GraphBuilder("text");
        var x = g.Embedding("words", g.Input("text", Length), Words, 8);
        x = g.Add("sum", x, g.Parameter("positions", [Length, 8], Initialization.Normal(1), addsBatch: true));
        x = g.AddParameter("more", x, Initialization.Normal(1));
        x = g.Add("scaled", x, g.Parameter("shift", [1, 1, 8], Initialization.Normal(1)));
        var packed = g.Linear("block.packed", g.LayerNorm("block.norm", x), 24);
        x = g.Add("block.sum", g.PackedAttention("block", packed, 4, "block.out", isCausal: isCausal), x);
        x = g.Activation("gelu", g.Linear("mlp", x, 16), ActivationKind.Gelu);
        return g.Build(g.Linear("head", g.Dropout("drop", x, 0.1), Words));
    }
}
