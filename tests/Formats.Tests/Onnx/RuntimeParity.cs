using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.OnnxRuntime;
using Ocs.Torch;

namespace Ocs.Formats.Tests.Onnx;

/// <summary>Whether ONNX Runtime computes from a file what the executor computes from the graph.</summary>
internal static class RuntimeParity
{
    private const double Tolerance = 1e-4;
    private const int Words = 6;
    private static readonly int[] Batches = [1, 3];

    /// <summary>Asserts equal outputs for batches of 1 and 3.</summary>
    public static void Assert(string path, Graph graph, ParameterTable parameters)
    {
        using var session = InferenceSession.Open(path, 1);
        var executor = new Executor(graph, parameters);
        foreach (var batch in Batches)
        {
            AssertBatch(session, executor, graph, batch);
        }
    }

    private static void AssertBatch(InferenceSession session, Executor executor, Graph graph, int batch)
    {
        using var noGradients = Autograd.NoGrad();
        var shape = graph.InputNodes.Single().Shape.SetItem(0, batch);
        var values = Values(graph, (int)shape.Aggregate(1L, (a, b) => a * b), seed: batch);
        using var input = Tensor.FromArray<float>(values, shape.AsSpan());
        using var expected = executor.Forward(input, training: false);
        var given = session.Inputs.Single().Type == ElementType.Int64
            ? TensorData.Of(Array.ConvertAll(values, value => (long)value), shape.AsSpan())
            : TensorData.Of(values, shape.AsSpan());
        var actual = session.Run(given)[0];

        Xunit.Assert.Equal(expected.Shape.ToArray(), actual.Shape.AsSpan().ToArray());
        Tensors.AssertClose(expected.ToArray<float>(), actual.As<float>(), Tolerance);
    }

    private static float[] Values(Graph graph, int count, int seed)
    {
        var dice = new Dice(seed);
        return graph.Nodes.Any(node => node.Operator is Embedding)
            ? [.. Enumerable.Range(0, count).Select(_ => (float)dice.Roll(Words))]
            : dice.Floats(count, -3, 3);
    }
}
