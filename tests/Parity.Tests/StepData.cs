using System.Text.Json.Nodes;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Parity.Tests;

/// <summary>golden/steps.json and the formulas of generate_steps.py, which wrote it.</summary>
internal static class StepData
{
    /// <summary>Images a step, and their height and width.</summary>
    private const int Batch = 8;
    private const int Size = 8;

    public static Graph Network() => ResNet.Cifar(20, new(3, Size, Size), classes: 10);

    public static JsonNode Load() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "steps.json")))!;

    /// <summary>The weights that the generator starts from.</summary>
    public static ParameterTable Parameters(Graph graph)
    {
        var parameters = ParameterTable.Initialize(graph, seed: 0);
        var k = 0;
        foreach (var spec in graph.Parameters.Where(spec => spec.IsTrainable))
        {
            var bound = spec.Shape.Length == 4 ? Math.Sqrt(6.0 / (spec.Shape[0] * spec.Shape[2] * spec.Shape[3]))
                : spec.Role is ParameterRole.NormWeight or ParameterRole.NormBias ? 0.1
                : 0.125;
            var start = spec.Role == ParameterRole.NormWeight ? 1 : 0;
            var stream = k++;
            var values = Enumerable.Range(0, (int)spec.ElementCount).Select(
                i => (float)(bound * Uniform(stream, i) + start));
            parameters.Replace(spec.Name, Tensor.FromArray<float>([.. values], spec.Shape.AsSpan()));
        }

        return parameters;
    }

    public static Tensor Images(int step) => Tensor.FromArray<float>(
        [.. Enumerable.Range(0, Batch * 3 * Size * Size).Select(i => (float)(2 * Uniform(1000 + step, i)))],
        [Batch, 3, Size, Size]);

    public static Tensor Labels(int step) =>
        Tensor.FromArray<long>([.. Enumerable.Range(0, Batch).Select(n => (3L * n + step) % 10)], [Batch]);

    /// <summary>In [-1, 1): a hash of two integers.</summary>
    public static double Uniform(int stream, int i)
    {
        var x = unchecked((uint)(i + stream * 0x9E3779B9L));
        x = unchecked((x ^ (x >> 16)) * 0x45D9F3B);
        x = unchecked((x ^ (x >> 16)) * 0x45D9F3B);
        x ^= x >> 16;
        return x / 2147483648.0 - 1;
    }
}
