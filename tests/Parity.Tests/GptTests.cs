using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Parity.Tests;

/// <summary>
/// A small GPT of the zoo against PyTorch's own transformer layers (generate_gpt.py): logits, loss and gradients.
/// </summary>
[NoTensorLeaks]
[OneThread]
public sealed class GptTests
{
    private readonly JsonNode _golden =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "gpt.json")))!;

    [Fact]
    public void Logits_loss_and_gradients_are_PyTorchs()
    {
        var length = (int)_golden["length"]!;
        var graph = Gpt.Build(
            "gpt",
            new((int)_golden["layers"]!, (int)_golden["heads"]!, (int)_golden["width"]!, Dropout: 0),
            NetworkInput.Sequence(length),
            (int)_golden["vocabulary"]!);
        using var parameters = ParameterTable.FromTensors(
            graph, graph.Parameters.ToDictionary(spec => spec.Name, spec => Read(_golden["parameters"]![spec.Name]!)));
        var rows = _golden["tokens"].Deserialize<long[][]>()!;
        using var batch = new Batch(
            0,
            [Tensor.FromArray<long>([.. rows.SelectMany(row => row[..^1])], [rows.Length, length])],
            [Tensor.FromArray<long>([.. rows.SelectMany(row => row[1..])], [rows.Length, length])]);

        using var logits = new Executor(graph, parameters).Forward(batch.Inputs[0], training: true);
        using var loss = new NextToken(TextVocabulary.OfCharacters("abcdefg")).Loss([logits], batch);
        Autograd.Backward(loss);

        using var values = logits.Detach();
        using var expected = Read(_golden["logits"]!);
        Tensors.AssertClose(expected, values, tolerance: 1e-5);
        Assert.Equal((double)_golden["loss"]!, loss.Item<double>(), 1e-6);
        Assert.Equal(_golden["gradients"]!.AsObject().Count, graph.Parameters.Length);
        foreach (var spec in graph.Parameters)
        {
            using var gradient = parameters[spec.Name].GetGradient()!;
            using var theirs = Read(_golden["gradients"]![spec.Name]!);
            Tensors.AssertClose(theirs, gradient, tolerance: 1e-5);
        }
    }

    private static Tensor Read(JsonNode tensor) => Tensor.FromArray(
        tensor["values"].Deserialize<float[]>()!, tensor["shape"].Deserialize<long[]>()!);
}
