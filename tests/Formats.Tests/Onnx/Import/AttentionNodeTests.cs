using Google.Protobuf;
using Ocs.Graphs.Operators;
using Ocs.OnnxRuntime;
using Ocs.Torch;
using Onnx;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// ONNX's Attention of opset 23 in its forms: read, and the same under ONNX Runtime, also written again.
/// </summary>
[NoTensorLeaks]
public sealed class AttentionNodeTests : IDisposable
{
    private const int Length = 5;
    private readonly TemporaryFolder _folder = new();
    private readonly Dice _dice = new(4);
    private readonly HandMade _g = new(23);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(4, 4, false, false)]
    [InlineData(4, 2, false, false)]
    [InlineData(4, 1, true, false)]
    [InlineData(2, 2, true, true)]
    public void Features_are_divided_into_heads(int heads, int groups, bool isCausal, bool isScaled)
    {
        var x = _g.Input("x", 1, Length, 6);
        var (q, k, v) = (Linear(x, 6, 3 * heads), Linear(x, 6, 3 * groups), Linear(x, 6, 2 * groups));
        List<(string, object)> attributes =
            [("q_num_heads", heads), ("kv_num_heads", groups), ("is_causal", isCausal ? 1 : 0)];
        if (isScaled)
        {
            attributes.Add(("scale", 0.3f));
        }

        AssertSame(Linear(_g.Node("Attention", [q, k, v], [], [.. attributes]), 2 * heads, 3));
    }

    [Fact]
    public void Heads_with_a_mask_of_numbers()
    {
        var x = _g.Input("x", 1, Length, 6);
        var mask = _g.Weight("mask", [Length, Length], _dice.Floats(Length * Length, -2, 2));
        string Heads(int size) => _g.Node(
            "Transpose", [_g.Node("Reshape", [Linear(x, 6, 2 * size), _g.Integers(0, 0, 2, size)], [])], [],
            ("perm", new[] { 0, 2, 1, 3 }));
        var found = _g.Node("Attention", [Heads(3), Heads(3), Heads(4), mask], []);

        AssertSame(_g.Node("ReduceMean", [found, _g.Integers(2)], []));
    }

    [Theory]
    [InlineData(2f, 0)]
    [InlineData(0f, 1)]
    public void A_soft_cap_and_a_mask_of_keys_alone_are_kept_as_they_are(float cap, int masks)
    {
        var x = Linear(_g.Input("x", 1, Length, 6), 6, 6);
        string[] mask = masks == 0 ? [] : [_g.Weight("mask", [1, 1, 1, Length], 0, 0, 0, -9, -9)];
        var found = _g.Node(
            "Attention", [x, x, x, .. mask], [], ("q_num_heads", 2), ("kv_num_heads", 2), ("softcap", cap));
        File.WriteAllBytes(_folder.PathOf("a.onnx"), Model(Linear(found, 6, 3)).ToByteArray());
        using var read = OnnxFile.Read(_folder.PathOf("a.onnx"));

        Assert.Equal("Attention", read.Graph.Origin!.Kept!.First.Single().Operator);
    }

    private void AssertSame(string output)
    {
        File.WriteAllBytes(_folder.PathOf("a.onnx"), Model(output).ToByteArray());
        using var read = OnnxFile.Read(_folder.PathOf("a.onnx"));
        Assert.Null(read.Graph.Origin!.Kept);
        Assert.Single(read.Graph.Nodes, node => node.Operator is ScaledDotProductAttention);
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);
        var numbers = _dice.Floats(2 * Length * 6, -1, 1);
        using var noGradients = Autograd.NoGrad();
        using var x = Tensor.FromArray<float>(numbers, [2, Length, 6]);
        using var actual = read.Forward([x], training: false);
        foreach (var file in new[] { "a.onnx", "again.onnx" })
        {
            using var session = InferenceSession.Open(_folder.PathOf(file), 1);
            Tensors.AssertClose(
                session.Run(TensorData.Of(numbers, 2, Length, 6))[0].As<float>(), actual.ToArray<float>());
        }
    }

    private ModelProto Model(string output)
    {
        var model = _g.Model(output);
        model.Graph.Input[0].Type.TensorType.Shape.Dim[0] = new() { DimParam = "n" };
        model.Graph.Output[0].Type.TensorType.Shape = null;
        return model;
    }

    private string Linear(string x, int from, int to)
    {
        var weight = _g.Weight($"w{_g.Message.Initializer.Count}", [from, to], _dice.Floats(from * to, -1, 1));
        return _g.Node("MatMul", [x, weight], []);
    }
}
