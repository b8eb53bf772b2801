using Google.Protobuf;
using Ocs.OnnxRuntime;
using Onnx;
using Dimension = Onnx.TensorShapeProto.Types.Dimension;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// Sequences whose length a file leaves free: the written file takes any length and computes the same.
/// </summary>
[NoTensorLeaks]
public sealed class FreeSizesTests : IDisposable
{
    private const int Read = 6;
    private static readonly int[] Others = [1, 9];

    private readonly TemporaryFolder _folder = new();
    private readonly Dice _dice = new(4);
    private readonly HandMade _g = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sounds_through_convolutions_attention_and_the_last_position()
    {
        var x = _g.Node("Conv", [_g.Input("x", 1, 3, Read), Weight(4, 3, 3)], [], ("pads", new[] { 1, 1 }));
        x = _g.Node("Conv", [_g.Node("Pad", [x, _g.Integers(0, 0, 1, 0, 0, 0)], []), Weight(4, 4, 2)], []);
        x = _g.Node("MatMul", [_g.Node("Transpose", [x], [], ("perm", new[] { 0, 2, 1 })), Weight(4, 4)], []);
        var heads = _g.Node(
            "Transpose", [_g.Node("Reshape", [x, _g.Integers(0, 0, 2, 2)], [])], [], ("perm", new[] { 0, 2, 1, 3 }));
        var keys = _g.Node("Transpose", [heads], [], ("perm", new[] { 0, 1, 3, 2 }));
        var scores = _g.Node("Softmax", [_g.Node("MatMul", [heads, keys], [])], [], ("axis", -1));
        var found = _g.Node("Transpose", [_g.Node("MatMul", [scores, heads], [])], [], ("perm", new[] { 0, 2, 1, 3 }));
        x = _g.Node("MatMul", [_g.Node("Reshape", [found, _g.Integers(0, 0, 4)], []), Weight(4, 5)], []);
        var last = _g.Node("Squeeze", [_g.Node("Slice", [x, .. Range(-1, long.MaxValue, 1)], []), _g.Integers(1)], []);

        AssertAny(_g.Model(x, last), 3);
    }

    [Fact]
    public void Texts_through_a_recurrent_layer_of_both_directions()
    {
        var x = _g.Input("tokens", 1, Read);
        _g.Message.Input[0].Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Int64;
        x = _g.Node("Transpose", [_g.Node("Gather", [Weight(9, 3), x], [])], [], ("perm", new[] { 1, 0, 2 }));
        var states = _g.Node(
            "GRU", [x, Weight(2, 12, 3), Weight(2, 12, 4)], [], ("hidden_size", 4), ("direction", "bidirectional"));
        _g.Message.Node[^1].Output.Add("last");
        var steps = _g.Node("Transpose", [states], [], ("perm", new[] { 2, 0, 1, 3 }));
        var labels = _g.Node("MatMul", [_g.Node("Reshape", [steps, _g.Integers(0, 0, 8)], []), Weight(8, 3)], []);
        var both = _g.Node("Transpose", ["last"], [], ("perm", new[] { 1, 0, 2 }));
        var sentence = _g.Node("MatMul", [_g.Node("Reshape", [both, _g.Integers(0, 8)], []), Weight(8, 2)], []);

        AssertAny(_g.Model(labels, sentence));
    }

    [Fact]
    public void A_table_of_places_fixes_the_length()
    {
        var x = _g.Node("Add", [_g.Input("x", 1, Read, 3), Weight(1, Read, 3)], []);
        Assert.Equal(Read, Written(_g.Model(_g.Node("MatMul", [x, Weight(3, 2)], []))).DimValue);
    }

    [Fact]
    public void A_number_that_follows_from_the_length_fixes_it()
    {
        var x = _g.Input("x", 1, Read, 3);
        var length = _g.Node("Gather", [_g.Node("Shape", [x], []), _g.Integers(1)], []);
        var number = _g.Node("Cast", [length], [], ("to", (int)TensorProto.Types.DataType.Float));
        var weight = _g.Node("Div", [Weight(3, 2), number], []);
        Assert.Equal(Read, Written(_g.Model(_g.Node("MatMul", [x, weight], []))).DimValue);
    }

    // The sizes in front of the length.
    private void AssertAny(ModelProto model, params long[] front)
    {
        Assert.Equal("length", Written(model, front).DimParam);
        using var before = InferenceSession.Open(_folder.PathOf("a.onnx"));
        using var after = InferenceSession.Open(_folder.PathOf("b.onnx"));
        foreach (var length in Others)
        {
            long[] shape = [2, .. front, length];
            var count = (int)shape.Aggregate(1L, (product, size) => product * size);
            var input = front.Length > 0
                ? TensorData.Of(_dice.Floats(count, -1, 1), shape)
                : TensorData.Of(Enumerable.Range(0, count).Select(at => (long)(at * 4 % 9)).ToArray(), shape);
            var (expected, actual) = (before.Run(input), after.Run(input));
            for (var output = 0; output < expected.Length; output++)
            {
                Assert.Equal(expected[output].Shape.AsEnumerable(), actual[output].Shape);
                Tensors.AssertClose(expected[output].As<float>(), actual[output].As<float>());
            }
        }
    }

    // Dimension 2 of the input [n, C, length], or 1 of [n, length] and [n, length, C].
    private Dimension Written(ModelProto model, params long[] front)
    {
        var sizes = model.Graph.Input[0].Type.TensorType.Shape.Dim;
        (sizes[0], sizes[front.Length + 1]) = (new() { DimParam = "n" }, new() { DimParam = "length" });
        model.Graph.Output.ToList().ForEach(output => output.Type.TensorType.Shape = null);
        File.WriteAllBytes(_folder.PathOf("a.onnx"), model.ToByteArray());
        long[] read = [.. sizes.Skip(1).Select(size => size.HasDimValue ? size.DimValue : Read)];
        using var network = OnnxFile.Read(_folder.PathOf("a.onnx"), read);
        Assert.Null(network.Graph.Origin!.Kept);
        OnnxFile.Write(_folder.PathOf("b.onnx"), network);
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("b.onnx")))
            .Graph.Input[0].Type.TensorType.Shape.Dim[front.Length + 1];
    }

    private string Weight(params long[] shape) => _g.Weight(
        $"weight_{_g.Message.Initializer.Count}", shape,
        _dice.Floats((int)shape.Aggregate(1L, (product, size) => product * size), -1, 1));

    private string[] Range(long start, long end, long axis) =>
        [_g.Integers(start), _g.Integers(end), _g.Integers(axis)];
}
