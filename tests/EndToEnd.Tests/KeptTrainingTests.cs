using Google.Protobuf;
using Ocs.Cli.Tests;
using Ocs.Formats.Tests.Onnx.Keeping;
using Ocs.OnnxRuntime;
using Onnx;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// A network whose end gives no gradients is trained up to a value in front of it, and its ONNX file has the end again.
/// </summary>
[NoTensorLeaks]
public sealed class KeptTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public KeptTrainingTests()
    {
        _model = _folder.PathOf("wild.onnx");
        File.WriteAllBytes(_model, WildFile.Of("Loop").ToByteArray());
        foreach (var split in new[] { "train", "val" })
        {
            for (var kind = 0; kind < 6; kind++)
            {
                var place = Directory.CreateDirectory(_folder.PathOf($"images/{split}/{kind}")).FullName;
                for (var image = 0; image < 4; image++)
                {
                    byte[] pixels = [.. Enumerable.Range(0, 192).Select(place => (byte)(40 * kind + place % 7))];
                    File.WriteAllBytes(Path.Combine(place, $"{image}.jpg"), JpegWriter.Encode(8, 8, pixels));
                }
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_value_the_nodes_in_the_way_are_named()
    {
        var sentence = CommandLine.Fails(Arguments("run"));

        Assert.Contains("Loop 'Loop_8' give no gradients", sentence, StringComparison.Ordinal);
        Assert.Contains("--outputs NAME[,NAME] (Gemm_7, for example)", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_value_the_end_is_put_back()
    {
        var result = CommandLine.Run(Arguments("run", "--outputs", "Gemm_7"));

        Assert.Equal(0, result.Code);
        var written = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("run/pruned.onnx")));
        Assert.Equal(["Loop_8"], written.Graph.Output.Select(output => output.Name));
        Assert.Contains(written.Graph.Node, node => node.OpType == "Loop");
        using var session = InferenceSession.Open(_folder.PathOf("run/pruned.onnx"), 1);
        var output = session.Run(TensorData.Of(new float[192], 1, 3, 8, 8))[0];
        Assert.Equal([1L, 6], output.Shape.AsSpan().ToArray());
    }

    private string[] Arguments(string run, params string[] more) =>
    [
        "train", "--model", _model, "--data", "imagefolder", "--data-root", _folder.PathOf("images"),
        "--set", "images.size=8", "--epochs", "3", "--batch-size", "8", "--target", "0.3", "--out",
        _folder.PathOf(run), .. more,
    ];
}
