using Ocs.Formats;

namespace Ocs.Cli.Tests.Commands;

/// <summary>
/// Networks of several inputs and outputs, made by ONNX's own Python package, through all commands that take them.
/// </summary>
[NoTensorLeaks]
public sealed class SeveralInputsTests : IDisposable
{
    // An image with a batch norm to fold, and a vector, joined; a second output reads the image alone.
    private const string Script = """
        import sys
        import numpy as np
        from onnx import TensorProto, helper, numpy_helper, save

        rng = np.random.RandomState(0)
        weights = []
        def weight(name, *shape, low=-0.5):
            weights.append(numpy_helper.from_array(rng.uniform(low, 1, shape).astype(np.float32), name))
            return name
        def node(kind, inputs, output, **attributes):
            return helper.make_node(kind, inputs, [output], output, **attributes)
        def value(name, *shape):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ['batch', *shape])

        norm = [weight('norm.' + part, 8, low=0.25) for part in ('weight', 'bias', 'running_mean', 'running_var')]
        nodes = [
            node('Conv', ['image', weight('conv.weight', 8, 3, 3, 3)], 'conv', pads=[1, 1, 1, 1]),
            node('BatchNormalization', ['conv', *norm], 'norm'),
            node('Relu', ['norm'], 'act'),
            node('GlobalAveragePool', ['act'], 'pool'),
            node('Flatten', ['pool'], 'flat'),
            node('Gemm', ['vector', weight('vector.weight', 12, 5), weight('vector.bias', 12)], 'hidden', transB=1),
            node('Relu', ['hidden'], 'hidden_act'),
            node('Concat', ['flat', 'hidden_act'], 'both', axis=1),
            node('Gemm', ['both', weight('head.weight', 4, 20), weight('head.bias', 4)], 'head', transB=1),
            node('Gemm', ['flat', weight('aside.weight', 2, 8), weight('aside.bias', 2)], 'aside', transB=1),
        ]
        graph = helper.make_graph(
            nodes, 'two_inputs', [value('image', 3, 6, 6), value('vector', 5)],
            [value('head', 4), value('aside', 2)], weights)
        save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7), sys.argv[1])
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact]
    public void Imported_pruned_and_exported_they_compute_the_same_in_both_runtimes()
    {
        var (network, pruned, folded) = (Network(), _folder.PathOf("pruned.onnx"), _folder.PathOf("folded.onnx"));

        Equal(CommandLine.Run("verify", network, "--json"), outputs: ["head", "aside"]);
        var cut = CommandLine.Run("prune", network, "--target", "0.4", "--out", pruned, "--json");
        Assert.True(cut.Code == 0, cut.Error);
        Assert.Contains($"{pruned} computes under ONNX Runtime", cut.Error, StringComparison.Ordinal);
        Equal(CommandLine.Run("verify", pruned, "--json"), outputs: ["head", "aside"]);
        var exported = CommandLine.Run("export", pruned, "--onnx", folded, "--fold-batch-norm", "--json");
        Assert.True(exported.Code == 0, exported.Error);
        Assert.True(exported.Json.GetProperty("onnx").GetProperty("equal").GetBoolean());
        Equal(CommandLine.Run("verify", pruned, folded, "--batch", "3", "--json"), outputs: ["head", "aside"]);

        using var full = OnnxFile.Read(network);
        using var small = OnnxFile.Read(folded);
        Assert.True(small.Graph.Macs < full.Graph.Macs);
        Assert.DoesNotContain(small.Graph.Nodes, node => node.Operator is Graphs.Operators.BatchNorm2d);
        Assert.Equal(["image", "vector"], small.Graph.InputNodes.Select(node => node.Name));
    }

    [PythonFact]
    public void Images_of_a_data_set_are_not_enough_for_them()
    {
        var cut = _folder.PathOf("cut.ocs");
        CommandLine.Run("prune", Network(), "--target", "0.4", "--out", cut);

        Assert.Equal(
            "two_inputs takes 2 inputs (image, vector), but fashion-mnist has images only; give a "
                + "network of one input.",
            CommandLine.Fails("eval", cut, "--data", "fashion-mnist"));
    }

    private string Network()
    {
        var path = _folder.PathOf("two.onnx");
        var (exitCode, said) = Python.Run("-c", Script, path);
        Assert.True(exitCode == 0, said);
        return path;
    }

    private static void Equal(CommandResult verified, string[] outputs)
    {
        Assert.True(verified.Code == 0, verified.Error);
        Assert.Equal(
            outputs, verified.Json.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("output")
                .GetString()));
    }
}
