using Google.Protobuf;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Torch;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// Transposed convolutions over one to three dimensions in every form: groups, dilations, uneven pads, output_padding,
/// output_shape and automatic pads. ONNX Runtime on the same file is the source.
/// </summary>
[NoTensorLeaks]
public sealed class TransposedConvolutionTests : IDisposable
{
    private const int Cases = 60;
    private const int Groups = 2;
    private const int Channels = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_form_is_read_and_written(int dimensions)
    {
        for (var number = 0; number < Cases; number++)
        {
            AssertSame(new Form(new Dice(100 * dimensions + number), dimensions));
        }
    }

    private void AssertSame(Form form)
    {
        var model = new HandMade();
        long[] shape = [1, Channels, .. form.Sizes];
        long[] weight = [Channels, 3, .. form.Kernel];
        var y = model.Node(
            "ConvTranspose",
            [
                model.Input("x", shape),
                model.Weight("w", weight, form.Dice.Floats(NodeShapes.ElementCount(weight), -1, 1)),
                model.Weight("b", [3 * form.Groups], form.Dice.Floats(3 * form.Groups, -1, 1)),
            ],
            [1, 3 * form.Groups, .. form.Output],
            [.. form.Attributes]);
        var (path, again) = (_folder.PathOf("model.onnx"), _folder.PathOf("again.onnx"));
        File.WriteAllBytes(path, model.Model(y).ToByteArray());
        using var read = OnnxFile.Read(path);
        Assert.True(read.Graph.Origin!.Kept is null, $"{form}: {read.Graph.Origin.Kept?.First.First().Reason}");
        var values = form.Dice.Floats(NodeShapes.ElementCount(shape), -1, 1);
        using var noGradients = Autograd.NoGrad();
        using var x = Tensor.FromArray<float>(values, shape);
        using var actual = read.Forward([x], training: false);
        OnnxFile.Write(again, read);
        foreach (var file in new[] { path, again })
        {
            using var session = InferenceSession.Open(file, 1);
            var expected = session.Run(TensorData.Of(values, shape))[0];
            Assert.True(expected.Shape.AsSpan().SequenceEqual(actual.Shape), $"{form} in {file}");
            Tensors.AssertClose(expected.As<float>(), actual.ToArray<float>());
        }
    }

    /// <summary>Random settings, a number for each spatial dimension.</summary>
    private sealed class Form
    {
        public Form(Dice dice, int dimensions)
        {
            Dice = dice;
            (Sizes, Kernel) = (Rolls(dimensions, 3, 5), Rolls(dimensions, 1, 4));
            var (strides, dilations) = (Rolls(dimensions, 1, 3), Rolls(dimensions, 1, 2));
            Groups = 1 + dice.Roll(TransposedConvolutionTests.Groups);
            Attributes.Add(("strides", Numbers(strides)));
            Attributes.Add(("dilations", Numbers(dilations)));
            Attributes.Add(("group", Groups));
            long[] natural =
            [
                .. Sizes.Select((size, d) => (size - 1) * strides[d] + dilations[d] * (Kernel[d] - 1) + 1),
            ];
            switch (dice.Roll(4))
            {
                case 0:
                    long[] more = [.. strides.Select(step => (long)dice.Roll((int)step))];
                    Attributes.Add(("output_padding", Numbers(more)));
                    Output = [.. natural.Zip(more, (size, extra) => size + extra)];
                    break;
                case 1:
                    var (before, after) = (Rolls(dimensions, 0, 2), Rolls(dimensions, 0, 2));
                    for (var d = 0; d < dimensions; d++)
                    {
                        (before[d], after[d]) = natural[d] - before[d] - after[d] < 1 ? (0, 0) : (before[d], after[d]);
                    }

                    Attributes.Add(("pads", Numbers([.. before, .. after])));
                    Output = [.. natural.Select((size, d) => size - before[d] - after[d])];
                    break;
                case 2:
                    Output =
                    [
                        .. natural.Select((size, d) => Math.Max(1, size - dice.Roll(3) + (strides[d] > 1 ? 1 : 0))),
                    ];
                    Attributes.Add(("output_shape", Numbers(Output)));
                    break;
                default:
                    // A window that is smaller than its stride makes other sizes in ONNX Runtime than in ONNX.
                    Kernel = [.. strides.Select((step, d) => Math.Max(Kernel[d], step))];
                    Output = [.. Sizes.Zip(strides, (size, step) => size * step)];
                    Attributes.Add(("auto_pad", dice.Roll(2) == 0 ? "SAME_UPPER" : "SAME_LOWER"));
                    break;
            }
        }

        public Dice Dice { get; }

        public int Groups { get; }

        public long[] Sizes { get; }

        public long[] Kernel { get; }

        public long[] Output { get; }

        public List<(string Name, object Value)> Attributes { get; } = [];

        public override string ToString() => $"{string.Join('x', Sizes)} by {string.Join('x', Kernel)}, " + string.Join(
            ", ", Attributes.Select(attribute => $"{attribute.Name} {Show(attribute.Value)}"));

        private static object Show(object value) => value is int[] numbers ? string.Join(' ', numbers) : value;

        private static int[] Numbers(long[] numbers) => [.. numbers.Select(number => (int)number)];

        private long[] Rolls(int count, int lowest, int highest) =>
            [.. Enumerable.Range(0, count).Select(_ => (long)(lowest + Dice.Roll(highest - lowest + 1)))];
    }
}
