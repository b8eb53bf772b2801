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
        var norms = graph.Nodes.Where(node => node.Operator is BatchNorm2d).Select(node => node.Parameters[0]).ToHashSet();
        Fill(parameters, ordered, (k, spec) => norms.Contains(spec.Name) ? i => Waves(k, i) + 1 : i => Waves(k, i));
    }

    /// <summary>
    /// The same, but in networks with layer norms, whose weights get 1 more too, and parameters of two dimensions and more 0.4 h - 0.2,
    /// where h is a hash of k and i: generate_torchvision.py says why.
    /// </summary>
    public static void FillSoThatAllCount(Graph graph, ParameterTable parameters, IEnumerable<ParameterSpec> ordered)
    {
        if (!graph.Nodes.Any(node => node.Operator is LayerNorm))
        {
            Fill(graph, parameters, ordered);
            return;
        }

        var norms = graph.Nodes.Where(node => node.Operator is BatchNorm2d or LayerNorm).Select(node => node.Parameters[0]).ToHashSet();
        Fill(parameters, ordered, (k, spec) =>
            spec.Shape.Length > 1 ? i => Hashed(k, i) : norms.Contains(spec.Name) ? i => Waves(k, i) + 1 : i => Waves(k, i));
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

    private static void Fill(ParameterTable parameters, IEnumerable<ParameterSpec> ordered, Func<int, ParameterSpec, Func<int, double>> formula)
    {
        foreach (var (k, spec) in ordered.Index())
        {
            var at = formula(k, spec);
            var values = new float[spec.ElementCount];
            Parallel.For(0, (values.Length + Chunk - 1) / Chunk, chunk => FillChunk(values, chunk, at));
            parameters.Replace(spec.Name, Tensor.FromArray<float>(values, spec.Shape.AsSpan()));
        }
    }

    private static void FillChunk(float[] values, int chunk, Func<int, double> at)
    {
        var end = Math.Min(values.Length, (chunk + 1) * Chunk);
        for (var i = chunk * Chunk; i < end; i++)
        {
            values[i] = (float)at(i);
        }
    }

    private static double Waves(int k, int i) => 0.05 * Math.Sin(0.7 * k + 0.013 * i + 1) + 0.02 * Math.Cos(0.11 * i * (1 + k % 7));

    private static double Hashed(int k, int i)
    {
        var h = unchecked((uint)i * 2654435761 + (uint)k * 2246822519);
        h ^= h >> 15;
        h = unchecked(h * 2246822519);
        h ^= h >> 13;
        return 0.4 * (h / 4294967296.0) - 0.2;
    }
}
