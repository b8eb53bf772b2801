using Google.Protobuf;
using Ocs.Formats.Tests.Onnx.Probes;

namespace Ocs.Formats.Tests.Onnx.Import;

public sealed class RandomNodesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(float.NaN)]
    public void A_scale_that_would_end_the_process_is_an_error(float scale)
    {
        var model = ProbeFile.Of(Probes.Probes.All.Single(probe => probe.Name == "RandomNormalLike"));
        var node = model.Graph.Node.Single(node => node.OpType == "RandomNormalLike");
        node.Attribute.Single(attribute => attribute.Name == "scale").F = scale;
        var path = _folder.PathOf("random.onnx");
        File.WriteAllBytes(path, model.ToByteArray());

        var error = Assert.Throws<OcsInputException>(() => OnnxFile.Read(path));
        Assert.Equal(error.Message, Assert.Throws<OcsInputException>(() => OnnxFile.RequireRunnable(path)).Message);

        Assert.Contains(
            $"the scale of its RandomNormalLike '{node.Name}' is {scale}, and must be above 0.", error.Message,
            StringComparison.Ordinal);
    }
}
