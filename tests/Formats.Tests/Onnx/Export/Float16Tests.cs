using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests.Onnx.Export;

/// <summary>ONNX files of 16-bit floats.</summary>
[NoTensorLeaks]
public sealed class Float16Tests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("mobilenet_v3_small")]
    [InlineData("shufflenet_v2_x0_5")]
    public void They_compute_almost_the_same_and_have_half_of_the_bytes(string name)
    {
        var graph = Models.Build(name, NetworkInput.Cifar);
        using var parameters = SmallGraphs.Parameters(graph, 9);
        var (whole, half) = (_folder.PathOf("whole.onnx"), _folder.PathOf("half.onnx"));
        OnnxFile.Write(whole, graph, parameters);
        OnnxFile.Write(half, graph, parameters, new() { Floats = OnnxFloats.Float16 });
        float[] image = new Dice(1).Floats(3 * 32 * 32, -2, 2);

        using var expected = InferenceSession.Open(whole, 1);
        using var actual = InferenceSession.Open(half, 1);
        var outputs = actual.Run(TensorData.Of(Array.ConvertAll(image, number => (Half)number), 1, 3, 32, 32))[0];

        Assert.Equal("Float16 [any, 3, 32, 32]", actual.Inputs[0].ToString());
        Tensors.AssertClose(
            expected.Run(TensorData.Of(image, 1, 3, 32, 32))[0].As<float>(),
            Array.ConvertAll(outputs.As<Half>(), number => (float)number), 0.02);
        Assert.InRange((double)new FileInfo(half).Length / new FileInfo(whole).Length, 0.49, 0.55);
    }

    [Fact]
    public void Every_operator_is_loaded_and_run()
    {
        foreach (var graph in OperatorGraphs.All())
        {
            using var parameters = SmallGraphs.Parameters(graph, 9);
            OnnxFile.Write(
                _folder.PathOf("half.onnx"), graph, parameters, new() { Floats = OnnxFloats.Float16, Opset = 21 });
            using var session = InferenceSession.Open(_folder.PathOf("half.onnx"), 1);
            var info = session.Inputs.Single();
            long[] shape = [.. graph.InputNodes.Single().Shape];
            var count = (int)shape.Aggregate(1L, (product, size) => product * size);
            var given = info.Type == ElementType.Int64
                ? TensorData.Of(new long[count], shape)
                : TensorData.Of(Array.ConvertAll(new Dice(1).Floats(count, -1, 1), number => (Half)number), shape);

            Assert.Equal(ElementType.Float16, session.Run(given)[0].Type);
        }
    }

    [Fact]
    public void Weights_beside_the_file_have_16_bits_too()
    {
        var graph = Models.Build("cifar_resnet8");
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var path = _folder.PathOf("half.onnx");
        var bytes = OnnxFile.Write(path, graph, parameters, new() { Floats = OnnxFloats.Float16, ExternalData = true });

        using var session = InferenceSession.Open(path, 1);
        Assert.Equal(ElementType.Float16, session.Outputs[0].Type);
        Assert.Equal(new FileInfo(path).Length + new FileInfo($"{path}.data").Length, bytes);
    }

    [Fact]
    public void A_weight_that_is_too_large_is_named()
    {
        var graph = Models.Build("cifar_resnet8");
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        using var _ = Autograd.NoGrad();
        parameters["fc.bias"].AsSpan<float>()[0] = 1e5f;

        Assert.Equal(
            "'fc.bias' has 100000, but 16-bit floats end at 65504; write 32-bit floats.",
            Assert.Throws<OcsInputException>(() => OnnxFile.Write(
                _folder.PathOf("half.onnx"), graph, parameters, new() { Floats = OnnxFloats.Float16 })).Message);
        Assert.False(File.Exists(_folder.PathOf("half.onnx")));
    }
}
