using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Parity.Tests;

/// <summary>
/// The zoo's networks against torchvision 0.14's: names, shapes and outputs. generate_torchvision.py wrote the numbers.
/// </summary>
[NoTensorLeaks]
public sealed class TorchvisionTests
{
    private static readonly Dictionary<string, JsonNode> Stored =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "torchvision.json")))!
            .AsArray().ToDictionary(model => (string)model!["name"]!, model => model!);

    public static TheoryData<string> Names => [.. Stored.Keys.Intersect(Models.All.Select(model => model.Name))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_shapes_and_logits_are_torchvisions(string name)
    {
        var stored = Stored[name];
        var size = (int)stored["size"]!;
        var graph = Models.Build(name, new NetworkInput(3, size, size));
        Assert.Equal((long)stored["parameters"]!, graph.ParameterCount);
        var described = string.Concat(graph.Parameters
            .OrderBy(spec => spec.Name, StringComparer.Ordinal)
            .Select(spec => $"{spec.Name} {JsonSerializer.Serialize(spec.Shape)}\n"));
        Assert.True(
            (string)stored["shapes"]! == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(described))),
            $"not torchvision's names and shapes (generate_torchvision.py --names {name}):\n{described}");

        using var parameters = WeightFormula.Table(graph);
        WeightFormula.FillSoThatAllCount(
            graph, parameters,
            graph.Parameters.Where(spec => spec.IsTrainable).OrderBy(spec => spec.Name, StringComparer.Ordinal));
        WeightFormula.SetRunningVariance(parameters, (double)stored["running_var"]!);
        using var _ = Autograd.NoGrad();
        using var input = WeightFormula.Input(size);
        using var output = new Executor(graph, parameters).Forward(input, training: false);
        var logits = output.ToArray<float>();
        var expected = stored["logits"]!.Deserialize<double[]>()!;
        var largest = expected.Max(Math.Abs);
        var step = (int?)stored["step"] ?? 20;
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], logits[step * i], 1e-4 * largest);
        }

        var norm = (double)stored["norm"]!;
        Assert.Equal(norm, Math.Sqrt(logits.Sum(value => (double)value * value)), 1e-4 * norm);
    }
}
