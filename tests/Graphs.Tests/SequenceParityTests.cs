using System.Text.Json;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests;

/// <summary>
/// Attention and recurrent layers against what PyTorch and torchvision compute (generate_sequences.py): outputs and
/// gradients.
/// </summary>
[NoTensorLeaks]
[OneThread]
public sealed class SequenceParityTests
{
    private static readonly JsonElement Cases =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "sequences.json")))
            .RootElement.GetProperty("cases");

    [Theory]
    [InlineData(SplitPolicy.WholeOuter)]
    [InlineData(SplitPolicy.SameInner)]
    public void Multi_head_attention(SplitPolicy policy) =>
        Compare("attention", (g, x) => g.MultiHeadAttention("m", x, heads: 2, policy));

    [Fact]
    public void Causal_attention() =>
        Compare("causal_attention", (g, x) => g.MultiHeadAttention("m", x, heads: 2, isCausal: true));

    [Fact]
    public void Lstm_of_two_layers_in_both_directions() =>
        Compare("lstm", (g, x) => g.Lstm("m", x, hidden: 2, layers: 2, bidirectional: true));

    [Fact]
    public void Lstm_without_biases() => Compare("lstm_plain", (g, x) => g.Lstm("m", x, hidden: 2, bias: false));

    [Fact]
    public void Gru_of_two_layers_in_both_directions() =>
        Compare("gru", (g, x) => g.Gru("m", x, hidden: 2, layers: 2, bidirectional: true));

    [Fact]
    public void Attention_in_shifted_windows() => Compare(
        "swin", (g, x) => ShiftedWindows.Attention(g, "m", x, window: 2, shift: 1, heads: 2, mergeBatch: false));

    [Fact]
    public void Attention_in_windows_that_are_merged_with_the_batch() => Compare(
        "swin", (g, x) => ShiftedWindows.Attention(g, "m", x, window: 2, shift: 1, heads: 2, mergeBatch: true));

    // torchvision lets no gradient reach the keys' biases, which its forward pass takes as 0.
    [Fact]
    public void Cosine_attention_in_shifted_windows() => Compare(
        "swin_v2",
        (g, x) => ShiftedWindows.Attention(g, "m", x, window: 2, shift: 1, heads: 2, mergeBatch: false, cosine: true),
        except: "qkv.bias");

    [Fact]
    public void Patch_merging() => Compare("patch_merging", (g, x) =>
    {
        var shape = g.ShapeOf(x);
        x = g.Reshape("split", x, [1, shape[1] / 2, 2, shape[2] / 2, 2, shape[3]]);
        x = g.Flatten("merged", g.Permute("patches", x, 0, 1, 3, 4, 2, 5), 3, 5, SplitPolicy.SameInner);
        return g.Linear("m.reduction", g.LayerNorm("m.norm", x), 2 * shape[3], bias: false);
    });

    private static void Compare(string name, Func<GraphBuilder, Value, Value> build, string? except = null)
    {
        var golden = Cases.GetProperty(name);
        var g = new GraphBuilder(name);
        var graph = g.Build(build(g, g.Input("input", Shape(golden.GetProperty("input")).AsSpan(1))));
        var stated = golden.GetProperty("parameters").EnumerateObject().ToDictionary(
            member => $"m.{member.Name}", member => member.Value);
        Assert.Equal(
            stated.Keys.Order(StringComparer.Ordinal),
            graph.Parameters.Select(spec => spec.Name).Order(StringComparer.Ordinal));
        using var parameters = ParameterTable.FromTensors(
            graph, stated.ToDictionary(pair => pair.Key, pair => Read(pair.Value)));
        using var input = Read(golden.GetProperty("input"));
        input.RequiresGrad = true;
        using var expected = Read(golden.GetProperty("output"));
        using var output = new Executor(graph, parameters).Forward(input, training: true);
        using var values = output.Detach();
        Tensors.AssertClose(expected, values, tolerance: 1e-5);
        using var squares = Aten.Square(output);
        using var sum = Aten.Sum(squares);
        Autograd.Backward(sum);
        foreach (var member in golden.GetProperty("gradients").EnumerateObject().Where(member => member.Name != except))
        {
            using var expectedGradient = Read(member.Value);
            using var gradient = (member.Name == "input" ? input : parameters[$"m.{member.Name}"]).GetGradient()!;
            Tensors.AssertClose(expectedGradient, gradient, tolerance: 1e-4);
        }
    }

    private static long[] Shape(JsonElement tensor) =>
        [.. tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];

    private static Tensor Read(JsonElement tensor) =>
        Tensor.FromArray<float>(
            [.. tensor.GetProperty("values").EnumerateArray().Select(value => value.GetSingle())], Shape(tensor));
}
