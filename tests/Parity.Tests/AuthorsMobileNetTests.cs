using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ocs.Graphs;
using Ocs.Zoo;

namespace Ocs.Parity.Tests;

/// <summary>
/// MobileNetV2 for small images against that of the authors' program (engine/models/cifar/mobilenetv2.py at 7ab8054, 10
/// classes), run by PyTorch 1.13 with the weights and the input of generate_torchvision.py.
/// </summary>
[NoTensorLeaks]
public sealed class AuthorsMobileNetTests
{
    private const string NamesAndShapes = "0c4fce6f162527e5b5b934e4604c7dd456b73763f97619bdaddb4c06ca67179c";

    private static readonly double[] Logits =
    [
        -0.9277332, 0.2545925, 0.5784879, -1.024385, 0.5419942, 0.2336112, -0.9737676, 0.7578898, -0.07871342,
        -0.7944798,
    ];

    [Fact]
    public void Names_shapes_and_logits_are_the_programs()
    {
        var graph = Models.Build("cifar_mobilenet_v2");
        var ordered = graph.Parameters.OrderBy(spec => spec.Name, StringComparer.Ordinal).ToList();
        var described = string.Concat(ordered.Select(spec => $"{spec.Name} {JsonSerializer.Serialize(spec.Shape)}\n"));
        Assert.Equal(NamesAndShapes, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(described))));
        Assert.Equal(2_254_090, graph.ParameterCount);

        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        WeightFormula.Fill(graph, parameters, ordered.Where(spec => spec.IsTrainable));
        using var input = WeightFormula.Input(32);
        using var output = new Executor(graph, parameters).Forward(input, training: false);
        Assert.All(Logits.Zip(output.ToArray<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }
}
