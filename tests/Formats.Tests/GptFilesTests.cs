using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests;

/// <summary>A GPT, whose table of tokens is its last layer's weight too, in each kind of file.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class GptFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("onnx", true)]
    [InlineData("onnx", false)]
    [InlineData("ocs", true)]
    [InlineData("ocs", false)]
    public void It_comes_back_with_its_ties_and_outputs_and_reads_token_by_token(string kind, bool isTied)
    {
        using var network = Network.Initialize(Build(isTied), seed: 3);
        var path = _folder.PathOf($"gpt.{kind}");
        network.Save(path);
        using var back = Network.Load(path);

        Assert.Equal(network.ParameterCount, back.ParameterCount);
        Assert.Equal(
            network.Graph.Parameters.Select(spec => spec.Name).Order(StringComparer.Ordinal),
            back.Graph.Parameters.Select(spec => spec.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            2, back.Graph.Nodes.Count(node => node.Operator is ScaledDotProductAttention { IsCausal: true }));
        using var tokens = Tensor.FromArray<long>([.. Enumerable.Range(0, 18).Select(i => 5L * i % 7)], [3, 6]);
        using var noGrad = Autograd.NoGrad();
        using var expected = network.Forward(tokens);
        using var actual = back.Forward(tokens);
        Tensors.AssertClose(expected, actual, tolerance: 1e-5);
        using var executor = new IncrementalExecutor(back.Graph, back.Parameters);
        using var first = Aten.Narrow(tokens, 1, 0, 4);
        using var second = Aten.Narrow(tokens, 1, 4, 2);
        executor.Append(first).Dispose();
        using var last = executor.Append(second);
        using var lastExpected = Aten.Narrow(expected, 1, 4, 2);
        Tensors.AssertClose(lastExpected, last, tolerance: 1e-5);
    }

    // PyTorch saves a shared parameter under both names.
    [Fact]
    public void Weights_that_are_stored_twice_are_read_once_and_must_be_the_same()
    {
        var graph = Build(isTied: true);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        var path = _folder.PathOf("gpt.safetensors");
        Write(parameters["transformer.wte.weight"]);
        using (var loaded = Weights.Load(path, graph).Network)
        {
            Assert.All(parameters.Names, name =>
                Assert.Equal(parameters[name].ToArray<float>(), loaded.Parameters[name].ToArray<float>()));
        }

        using var other = Aten.Mul(parameters["transformer.wte.weight"], 2);
        Write(other);
        var error = Assert.Throws<OcsInputException>(() => Weights.Load(path, graph));
        Assert.Contains("unexpected: 'lm_head.weight'", error.Message, StringComparison.Ordinal);

        void Write(Tensor head) => SafetensorsFile.Write(
            path,
            [
                .. parameters.Names.Select(name => KeyValuePair.Create(name, parameters[name])),
                KeyValuePair.Create("lm_head.weight", head),
            ]);
    }

    private static Graph Build(bool isTied) => Gpt.Build(
        "gpt", new(Layers: 2, Heads: 2, Width: 8, Dropout: 0.1, isTied), NetworkInput.Sequence(6), vocabulary: 7);
}
