using Ocs.Formats;
using Ocs.Graphs;
using Xunit.Abstractions;

namespace Ocs.Cli.Tests.Commands;

/// <summary>
/// `ocs inspect` of damaged ONNX files: a table or one sentence, whatever the file says of its sizes.
/// </summary>
[NoTensorLeaks]
public sealed class InspectFuzzTests(ITestOutputHelper output) : IDisposable
{
    // The tags of fields.
    private static readonly byte[] Telling = [0x0a, 0x12, 0x22];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_damaged_network_is_inspected_or_refused_in_one_sentence()
    {
        var file = _folder.PathOf("damaged.onnx");
        Write(file);
        var whole = File.ReadAllBytes(file);
        Fuzz.Try(
            "ONNX, inspect", output, file, 20,
            dice => File.WriteAllBytes(file, Damage.Bytes(whole, dice, Telling)), () =>
        {
            var inspected = CommandLine.Run("inspect", file);
            if (inspected.Code == ExitCode.Input)
            {
                throw new OcsInputException(inspected.Error.Trim());
            }

            // Nodes that are not read are named; nothing else is on standard error.
            var others = inspected.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith("Not supported, and kept", StringComparison.Ordinal)
                    && !line.StartsWith("No part of the file can be cut", StringComparison.Ordinal));
            Assert.Equal(0, inspected.Code);
            Assert.Empty(others);
        });
    }

    // Few weights, so that most damage is to the network.
    private static void Write(string file)
    {
        var g = new GraphBuilder("small");
        var x = g.Relu("relu", g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 2, 8, 8), 3, 1)));
        x = g.Concat("join", 1, x, g.MaxPool2d("pool", x, 3, 1, 1));
        x = g.Add(
            "sum", x,
            g.Upsample("up", g.AveragePool2d("half", x, 2), new(8, 8), Graphs.Operators.UpsampleMode.Nearest));
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.AdaptiveAveragePool2d("mean", x, 2)), 3));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        OnnxFile.Write(file, graph, parameters);
    }
}
