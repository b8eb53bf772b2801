using Google.Protobuf;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.OnnxRuntime;
using Ocs.Torch;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// LSTM, GRU and RNN with all that they may have: states before the first step, states after the last, both directions,
/// peepholes, other activations. ONNX Runtime on the same file is the source.
/// </summary>
[NoTensorLeaks]
public sealed class RecurrentTests : IDisposable
{
    private const int Steps = 5;
    private const int Features = 3;
    private const int Hidden = 4;
    private const int Samples = 2;

    private readonly TemporaryFolder _folder = new();
    private readonly Dice _dice = new(3);

    public static TheoryData<string, string, int, int> Layers => new()
    {
        { "RNN", "forward", 1, 1 },
        { "RNN", "bidirectional", 1, 1 },
        { "GRU", "reverse", 3, 1 },
        { "GRU", "bidirectional", 3, 1 },
        { "LSTM", "forward", 4, 2 },
        { "LSTM", "bidirectional", 4, 2 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Layers))]
    public void All_outputs_are_read_from_any_first_state(string type, string direction, int gates, int states)
    {
        foreach (var first in Enum.GetValues<First>())
        {
            var model = new HandMade(14);
            var inputs = Layer(model, type, direction, gates, states, first);
            AssertSame(model, type, direction, [.. inputs], outputs: states + 1);
        }
    }

    [Theory]
    [InlineData("GRU", 3, 1, "HardSigmoid", "Relu")]
    [InlineData("GRU", 3, 1, "Sigmoid", "Sigmoid")]
    [InlineData("LSTM", 4, 2, "HardSigmoid", "Tanh", "Tanh")]
    [InlineData("LSTM", 4, 2, "Sigmoid", "Relu", "Relu")]
    [InlineData("RNN", 1, 1, "Relu")]
    public void Activations_may_be_others(string type, int gates, int states, params string[] activations)
    {
        foreach (var before in new[] { 0, 1 })
        {
            var model = new HandMade(14);
            var inputs = Layer(model, type, "bidirectional", gates, states, First.Computed);
            (string, object)[] reset = type == "GRU" ? [("linear_before_reset", before)] : [];
            AssertSame(
                model, type, "bidirectional", [.. inputs], states + 1, [.. activations, .. activations], reset);
        }
    }

    [Fact]
    public void An_lstm_may_have_peepholes()
    {
        foreach (var direction in new[] { "reverse", "bidirectional" })
        {
            var model = new HandMade(14);
            var inputs = Layer(model, "LSTM", direction, 4, 2, First.Learned);
            var directions = direction == "bidirectional" ? 2 : 1;
            inputs.Add(Weight(model, "peepholes", directions, 3 * Hidden));
            AssertSame(model, "LSTM", direction, [.. inputs], outputs: 3);
        }
    }

    [Theory]
    [InlineData(3, "its sequences have different lengths (sequence_lens); all 5 steps must be used")]
    [InlineData(5, null)]
    public void Lengths_may_be_stated_where_they_are_all_steps(int length, string? said)
    {
        var model = new HandMade(14);
        var inputs = Layer(model, "GRU", "forward", 3, 1, First.None);
        inputs[4] = "lengths";
        model.Message.Initializer.Add(
            new TensorProto { Name = "lengths", Dims = { 1 }, DataType = 6, Int32Data = { length } });
        if (said is null)
        {
            AssertSame(model, "GRU", "forward", [.. inputs], outputs: 2, samples: 1);
        }
        else
        {
            var output = Node(model, "GRU", "forward", [.. inputs], 2, [], [])[0];
            Assert.Contains(said, Unread.ReasonsOf(Written(model, output)), StringComparison.Ordinal);
        }
    }

    // A constant of two samples fits no other batch.
    [Fact]
    public void A_first_state_for_some_samples_only_is_kept()
    {
        var model = new HandMade(14);
        var inputs = Layer(model, "GRU", "forward", 3, 1, First.Zero);
        inputs[5] = Weight(model, "state", 1, 2, Hidden);
        var output = Node(model, "GRU", "forward", [.. inputs], 2, [], [])[0];

        Assert.Contains(
            "[1, 2, 4] is a constant for a certain number of samples",
            Unread.ReasonsOf(Written(model, output)),
            StringComparison.Ordinal);
    }

    // X, W, R, B, no lengths, states.
    private List<string> Layer(HandMade model, string type, string direction, int gates, int states, First first)
    {
        var directions = direction == "bidirectional" ? 2 : 1;
        var rows = gates * Hidden;
        var x = model.Input("x", 1, Steps, Features);
        List<string> inputs =
        [
            model.Node("Transpose", [x], [], ("perm", new[] { 1, 0, 2 })),
            Weight(model, "w", directions, rows, Features),
            Weight(model, "r", directions, rows, Hidden),
            type == "RNN" ? "" : Weight(model, "b", directions, 2 * rows),
            "",
        ];
        for (var state = 0; state < states; state++)
        {
            // Of an LSTM with a learned state the cell begins at zero.
            inputs.Add((first, state) switch
            {
                (First.None, _) => "",
                (First.Zero, _) or (First.Learned, > 0) =>
                    model.Weight($"zero_{state}", [directions, Samples, Hidden], 0),
                (First.Learned, _) => Learned(model, x, directions),
                _ => Computed(model, x, directions, state),
            });
        }

        return inputs;
    }

    // [D, 1, H] for each sample.
    private string Learned(HandMade model, string x, int directions)
    {
        var batch = model.Node("Gather", [model.Node("Shape", [x], []), model.Integers(0)], []);
        var sizes = model.Node("Concat", [model.Integers(directions), batch, model.Integers(Hidden)], [], ("axis", 0));
        return model.Node("Expand", [Weight(model, "first_state", directions, 1, Hidden), sizes], []);
    }

    // [N, D, H] from the first step, with the batch second.
    private string Computed(HandMade model, string x, int directions, int state)
    {
        var step = model.Node("Gather", [x, Index(model)], [], ("axis", 1));
        var matrix = model.Node(
            "MatMul", [step, Weight(model, $"to_state_{state}", Features, directions * Hidden)], []);
        var split = model.Node("Reshape", [matrix, model.Integers(0, directions, Hidden)], []);
        return model.Node("Transpose", [split], [], ("perm", new[] { 1, 0, 2 }));
    }

    private static string Index(HandMade model)
    {
        var name = model.Integers(0);
        model.Message.Initializer[^1].Dims.Clear();
        return name;
    }

    private string Weight(HandMade model, string name, params long[] shape) =>
        model.Weight(name, shape, _dice.Floats(NodeShapes.ElementCount(shape), -1, 1));

    private static string[] Node(
        HandMade model,
        string type,
        string direction,
        string[] inputs,
        int outputs,
        string[] activations,
        (string, object)[] attributes)
    {
        var name = model.Node(
            type, inputs, [], [("hidden_size", Hidden), ("direction", direction), .. attributes]);
        var node = model.Message.Node[^1];
        node.Output.AddRange(Enumerable.Range(1, outputs - 1).Select(place => $"{name}:{place}"));
        if (activations.Length > 0)
        {
            var attribute = new AttributeProto { Name = "activations", Type = AttributeType.Strings };
            attribute.Strings.AddRange(activations.Select(ByteString.CopyFromUtf8));
            node.Attribute.Add(attribute);
        }

        return [.. node.Output];
    }

    private void AssertSame(
        HandMade model,
        string type,
        string direction,
        string[] inputs,
        int outputs,
        string[]? activations = null,
        (string, object)[]? attributes = null,
        int samples = Samples)
    {
        var made = Node(model, type, direction, inputs, outputs, activations ?? [], attributes ?? []);
        var (path, again) = (Written(model, made), _folder.PathOf("again.onnx"));
        using var read = OnnxFile.Read(path);
        Assert.Null(read.Graph.Origin!.Kept);
        OnnxFile.Write(again, read);
        using var back = OnnxFile.Read(again);
        OnnxFile.Write(_folder.PathOf("third.onnx"), back);

        // What is read of our own file joins and takes apart no more than before.
        Assert.Equal(Count<Slice>(read), Count<Slice>(back));
        Assert.Equal(Count<Concat>(read), Count<Concat>(back));
        var values = _dice.Floats(samples * Steps * Features, -1, 1);
        using var noGradients = Autograd.NoGrad();
        using var x = Tensor.FromArray<float>(values, [samples, Steps, Features]);
        var expected = Run(path, values, samples);
        foreach (var file in new[] { again, _folder.PathOf("third.onnx") })
        {
            Assert.All(Run(file, values, samples).Zip(expected), pair => AssertClose(pair.First, pair.Second));
        }

        // Ours has the batch in front.
        var computed = new Executor(read.Graph, read.Parameters).ForwardAll([x], training: false);
        foreach (var (ours, place) in computed.Select((tensor, place) => (tensor, place)))
        {
            using var front = ours;
            using var turned = place == 0 ? Aten.Permute(front, [1, 2, 0, 3]) : Aten.Permute(front, [1, 0, 2]);
            using var ordered = turned.Contiguous();
            Tensors.AssertClose(expected[place].As<float>(), ordered.ToArray<float>());
        }
    }

    private static int Count<T>(Network network) => network.Graph.Nodes.Count(node => node.Operator is T);

    private static void AssertClose(TensorData actual, TensorData expected)
    {
        Assert.Equal(expected.Shape.AsSpan().ToArray(), actual.Shape.AsSpan().ToArray());
        Tensors.AssertClose(expected.As<float>(), actual.As<float>());
    }

    private static IReadOnlyList<TensorData> Run(string path, float[] values, int samples)
    {
        using var session = InferenceSession.Open(path, 1);
        return session.Run(TensorData.Of(values, [samples, Steps, Features]));
    }

    private string Written(HandMade model, params string[] outputs)
    {
        var path = _folder.PathOf("model.onnx");
        var message = model.Model(outputs);
        message.Graph.Input[0].Type.TensorType.Shape.Dim[0] = new() { DimParam = "n" };
        foreach (var output in message.Graph.Output)
        {
            output.Type.TensorType.Shape = null;
        }

        File.WriteAllBytes(path, message.ToByteArray());
        return path;
    }

    /// <summary>What stands before the first step.</summary>
    private enum First
    {
        None,
        Zero,
        Learned,
        Computed,
    }
}
