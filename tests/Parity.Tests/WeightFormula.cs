using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Parity.Tests;

/// <summary>The weights and inputs of the golden files, which a formula gives.</summary>
internal static class WeightFormula
{
    private const int Chunk = 1 << 16;
    private const int Exact = 1 << 10;

    /// <summary>A formula of the elements of one parameter: writes those from <paramref name="start"/> on.</summary>
    private delegate void Formula(Span<float> values, int start);

    /// <summary>
    /// A table of a graph's shapes, to be filled: buffers as they start, everything else 0. It draws nothing.
    /// </summary>
    public static ParameterTable Table(Graph graph) => ParameterTable.FromTensors(graph, graph.Parameters.ToDictionary(
        spec => spec.Name,
        spec => Tensor.Full(
            spec.Shape.AsSpan(),
            spec.IsTrainable ? 0 : spec.Initialization.Value,
            spec.Role == ParameterRole.Counter ? DType.Int64 : DType.Float32)));

    /// <summary>
    /// The k-th of the parameters gets 0.05 sin(0.7 k + 0.013 i + 1) + 0.02 cos(0.11 i (1 + k mod 7)) at i, a batch
    /// norm's weight 1 more.
    /// </summary>
    public static void Fill(Graph graph, ParameterTable parameters, IEnumerable<ParameterSpec> ordered)
    {
        var norms = WeightsOf(graph, node => node.Operator is BatchNorm2d);
        Fill(parameters, ordered, (k, spec) => Waves(k, norms.Contains(spec.Name) ? 1 : 0));
    }

    /// <summary>
    /// The same, but in networks with layer norms, whose weights get 1 more too, and parameters of two dimensions and
    /// more 0.4 h - 0.2, where h is a hash of k and i: generate_torchvision.py says why.
    /// </summary>
    public static void FillSoThatAllCount(
        Graph graph, ParameterTable parameters, IEnumerable<ParameterSpec> ordered)
    {
        if (!graph.Nodes.Any(node => node.Operator is LayerNorm))
        {
            Fill(graph, parameters, ordered);
            return;
        }

        var norms = WeightsOf(graph, node => node.Operator is BatchNorm2d or LayerNorm);
        Fill(parameters, ordered, (k, spec) =>
            spec.Shape.Length > 1 ? Hashed(k) : Waves(k, norms.Contains(spec.Name) ? 1 : 0));
    }

    /// <summary>x[i] = sin(0.01 i), [1, 3, size, size].</summary>
    public static Tensor Input(int size) => Tensor.FromArray<float>(
        [.. Enumerable.Range(0, 3 * size * size).Select(i => (float)Math.Sin(0.01 * i))], [1, 3, size, size]);

    public static void SetRunningVariance(ParameterTable parameters, double value)
    {
        foreach (var name in parameters.Names.Where(name => name.EndsWith("running_var", StringComparison.Ordinal)))
        {
            Aten.FillInPlace(parameters[name], value);
        }
    }

    private static HashSet<string> WeightsOf(Graph graph, Func<Node, bool> isNorm) =>
        [.. graph.Nodes.Where(isNorm).Select(node => node.Parameters[0])];

    private static void Fill(
        ParameterTable parameters, IEnumerable<ParameterSpec> ordered, Func<int, ParameterSpec, Formula> formulaOf)
    {
        foreach (var (k, spec) in ordered.Index())
        {
            var formula = formulaOf(k, spec);
            var tensor = parameters[spec.Name];
            var count = (int)spec.ElementCount;
            Parallel.For(0, (count + Chunk - 1) / Chunk, chunk =>
            {
                var start = chunk * Chunk;
                formula(tensor.AsSpan<float>().Slice(start, Math.Min(Chunk, count - start)), start);
            });
        }
    }

    // Sine and cosine are taken at each thousandth element and turned from one element to the next in between, which
    // takes a tenth of the time; what rounding adds is far below a float's.
    private static Formula Waves(int k, double plus) => (values, start) =>
    {
        var (slow, fast) = (0.013, 0.11 * (1 + k % 7));
        var ((slowSine, slowCosine), (fastSine, fastCosine)) = (Math.SinCos(slow), Math.SinCos(fast));
        for (var from = 0; from < values.Length; from += Exact)
        {
            var (sine, cosine) = Math.SinCos(0.7 * k + slow * (start + from) + 1);
            var (otherSine, otherCosine) = Math.SinCos(fast * (start + from));
            foreach (ref var value in values.Slice(from, Math.Min(Exact, values.Length - from)))
            {
                value = (float)(0.05 * sine + 0.02 * otherCosine + plus);
                (sine, cosine) = (sine * slowCosine + cosine * slowSine, cosine * slowCosine - sine * slowSine);
                (otherSine, otherCosine) = (
                    otherSine * fastCosine + otherCosine * fastSine, otherCosine * fastCosine - otherSine * fastSine);
            }
        }
    };

    private static Formula Hashed(int k) => (values, start) =>
    {
        for (var i = 0; i < values.Length; i++)
        {
            var h = unchecked((uint)(start + i) * 2654435761 + (uint)k * 2246822519);
            h ^= h >> 15;
            h = unchecked(h * 2246822519);
            h ^= h >> 13;
            values[i] = (float)(0.4 * (h / 4294967296.0) - 0.2);
        }
    };
}
