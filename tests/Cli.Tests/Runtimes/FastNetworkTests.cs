using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Cli.Tests.Runtimes;

[NoTensorLeaks]
public class FastNetworkTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(100_000)]
    public void It_computes_the_same_and_leaves_the_network_as_it_is(int samples)
    {
        var g = new GraphBuilder("small");
        var x = g.Relu("relu", g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 3, 8, 8), 8, 3)));
        var graph = g.Build(g.Linear("fc", g.Flatten("flat", g.AdaptiveAveragePool2d("pool", x, 1)), 5), x);
        using var network = new Network(graph, ParameterTable.Initialize(graph, seed: 0));
        using var input = Tensor.Full([4, 3, 8, 8], 0.5);
        var before = Read(network.ForwardAll([input]));

        using var fast = FastNetwork.For(graph, network.Parameters, samples);
        using var laid = fast.Laid(input);
        var outputs = fast.Executor.ForwardAll([laid], training: false);
        var found = Read(outputs);

        Assert.DoesNotContain(fast.Graph.Nodes, node => node.Operator is BatchNorm2d);
        Assert.Equal(before.Count, found.Count);
        for (var i = 0; i < before.Count; i++)
        {
            Tensors.AssertClose(before[i], found[i], 1e-5);
        }

        Assert.True(network.Parameters["conv.weight"].IsContiguous(MemoryFormat.Contiguous));
        Assert.Equal(before, Read(network.ForwardAll([input])));
    }

    private static List<float[]> Read(IReadOnlyList<Tensor> outputs)
    {
        List<float[]> values = [.. outputs.Select(output => output.ToArray<float>())];
        foreach (var output in outputs)
        {
            output.Dispose();
        }

        return values;
    }
}
