using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Parity.Tests;

/// <summary>The weights and inputs of the golden files, which a formula gives.</summary>
internal static class WeightFormula
{
    /// <summary>The k-th of the parameters gets 0.05 sin(0.7 k + 0.013 i + 1) + 0.02 cos(0.11 i (1 + k mod 7)) at i, a batch norm's weight 1 more.</summary>
    public static void Fill(Graph graph, ParameterTable parameters, IEnumerable<ParameterSpec> ordered)
    {
        var batchNorms = graph.Nodes.Where(node => node.Operator is BatchNorm2d).Select(node => node.Parameters[0]).ToHashSet();
        foreach (var (k, spec) in ordered.Index())
        {
            var offset = batchNorms.Contains(spec.Name) ? 1 : 0;
            var values = new float[spec.ElementCount];
            Parallel.For(0, (values.Length + Chunk - 1) / Chunk, chunk => FillChunk(values, chunk, k, offset));
            parameters.Replace(spec.Name, Tensor.FromArray<float>(values, spec.Shape.AsSpan()));
        }
    }

    /// <summary>x[i] = sin(0.01 i), [1, 3, size, size].</summary>
    public static Tensor Input(int size) =>
        Tensor.FromArray<float>([.. Enumerable.Range(0, 3 * size * size).Select(i => (float)Math.Sin(0.01 * i))], [1, 3, size, size]);

    public static void SetRunningVariance(ParameterTable parameters, double value)
    {
        foreach (var name in parameters.Names.Where(name => name.EndsWith("running_var", StringComparison.Ordinal)))
        {
            Aten.FillInPlace(parameters[name], value);
        }
    }

    private const int Chunk = 1 << 16;

    private static void FillChunk(float[] values, int chunk, int k, int offset)
    {
        var end = Math.Min(values.Length, (chunk + 1) * Chunk);
        for (var i = chunk * Chunk; i < end; i++)
        {
            values[i] = (float)(0.05 * Math.Sin(0.7 * k + 0.013 * i + 1) + 0.02 * Math.Cos(0.11 * i * (1 + k % 7)) + offset);
        }
    }
}
