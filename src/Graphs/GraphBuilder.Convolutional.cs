using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <content>What convolutional networks have besides the layers that nearly all of them share.</content>
public sealed partial class GraphBuilder
{
    private const double NormEpsilon = 1e-5;
    private const double PReluStart = 0.25;

    /// <summary>The largest value of each cell of a grid of a size, [N, C, H, W] to [N, C, h, w].</summary>
    public Value AdaptiveMaxPool2d(string nodeName, Value x, Pair size) =>
        Add(nodeName, new AdaptiveMaxPool2d(size), [x], []);

    /// <summary>x * scale + shift with constants: one of each for all channels, or one a channel.</summary>
    public Value Affine(string nodeName, Value x, ImmutableArray<double> scale, ImmutableArray<double> shift) =>
        Add(nodeName, new Affine(scale, shift), [x], []);

    /// <summary>
    /// Channels dealt out over groups, as ShuffleNet does: channel c of group g becomes channel g of group c.
    /// </summary>
    public Value ChannelShuffle(string nodeName, Value x, int groups) =>
        Add(nodeName, new ChannelShuffle(groups), [x], []);

    /// <summary>
    /// A dimension in parts of equal size, the last may be smaller: a slice each, named <c>NODE.0</c>, <c>NODE.1</c>,
    /// ... There are fewer than asked for where so many do not fill the dimension.
    /// </summary>
    public ImmutableArray<Value> Chunk(string nodeName, Value x, int dimension, int count)
    {
        if (count < 1)
        {
            throw new OcsInputException($"Node '{nodeName}': a value cannot be cut into {count} parts.");
        }

        var total = (int)ShapeOf(x)[dimension];
        var size = (total + count - 1) / count;
        return
        [
            .. Enumerable.Range(0, (total + size - 1) / size).Select(part =>
                Slice($"{nodeName}.{part}", x, dimension, part * size, Math.Min(size, total - part * size))),
        ];
    }

    /// <summary>
    /// Transposed convolution. Starts uniform in ±1/sqrt(channels a group * kernel), weights and biases.
    /// </summary>
    public Value ConvTranspose2d(
        string nodeName,
        Value x,
        long channels,
        Pair kernel,
        Pair? stride = null,
        Pair? padding = null,
        Pair? outputPadding = null,
        bool bias = true,
        int groups = 1,
        Pair? dilation = null,
        GroupPolicy policy = GroupPolicy.SameIndex)
    {
        var uniform = Initialization.Uniform(1 / Math.Sqrt(channels / groups * kernel.Height * kernel.Width));
        var weight = new ParameterSpec(
            $"{nodeName}.weight",
            [ShapeOf(x)[1], channels / groups, kernel.Height, kernel.Width],
            ParameterRole.Weight,
            uniform);
        return Add(
            nodeName,
            new ConvTranspose2d(stride ?? 1, padding ?? 0, outputPadding ?? 0, dilation ?? 1, groups, policy),
            [x],
            bias ? [weight, new($"{nodeName}.bias", [channels], ParameterRole.Bias, uniform)] : [weight]);
    }

    /// <summary>a / b, element by element.</summary>
    public Value Divide(string nodeName, Value a, Value b) =>
        Add(nodeName, new Arithmetic(ArithmeticKind.Divide), [a, b], []);

    /// <summary>In training, whole channels are zero with a probability, and the others are scaled up.</summary>
    public Value Dropout2d(string nodeName, Value x, double probability) =>
        Add(nodeName, new Dropout2d(probability), [x], []);

    /// <summary>A dimension of size 1 repeated.</summary>
    public Value Expand(string nodeName, Value x, int dimension, int size) =>
        Add(nodeName, new Expand(dimension, size), [x], []);

    /// <summary>Normalisation over groups of channels that starts as the identity.</summary>
    public Value GroupNorm(
        string nodeName,
        Value x,
        int groups,
        GroupPolicy policy = GroupPolicy.SameIndex,
        double epsilon = NormEpsilon) =>
        Add(nodeName, new GroupNorm(groups, epsilon, policy), [x], NormParameters(nodeName, x));

    /// <summary>Normalisation of each channel of each image, without parameters unless they are asked for.</summary>
    public Value InstanceNorm2d(string nodeName, Value x, bool affine = false, double epsilon = NormEpsilon) =>
        Add(nodeName, new InstanceNorm2d(epsilon), [x], affine ? NormParameters(nodeName, x) : []);

    /// <summary>A trained factor a channel.</summary>
    public Value LayerScale2d(string nodeName, Value x, double start) => Add(
        nodeName,
        new LayerScale2d(),
        [x],
        [
            new(
                $"{nodeName}.layer_scale",
                [ShapeOf(x)[1], 1, 1],
                ParameterRole.NormWeight,
                Initialization.Constant(start)),
        ]);

    /// <summary>The larger of a and b, element by element.</summary>
    public Value Maximum(string nodeName, Value a, Value b) =>
        Add(nodeName, new Arithmetic(ArithmeticKind.Maximum), [a, b], []);

    /// <summary>The smaller of a and b, element by element.</summary>
    public Value Minimum(string nodeName, Value a, Value b) =>
        Add(nodeName, new Arithmetic(ArithmeticKind.Minimum), [a, b], []);

    /// <summary>a * b, element by element.</summary>
    public Value Multiply(string nodeName, Value a, Value b) =>
        Add(nodeName, new Arithmetic(ArithmeticKind.Multiply), [a, b], []);

    /// <summary>Rows and columns around images: before is above and left, after is below and right.</summary>
    public Value Pad2d(
        string nodeName, Value x, Pair before, Pair after, PaddingMode mode = PaddingMode.Constant, double value = 0) =>
        Add(nodeName, new Pad2d(before, after, mode, value), [x], []);

    /// <summary>Channels of zeros before and after.</summary>
    public Value PadChannels(string nodeName, Value x, int before, int after) =>
        Add(nodeName, new PadChannels(before, after), [x], []);

    /// <summary>[N, C r r, H, W] to [N, C, H r, W r].</summary>
    public Value PixelShuffle(string nodeName, Value x, int factor) => Add(nodeName, new PixelShuffle(factor), [x], []);

    /// <summary>[N, C, H r, W r] to [N, C r r, H, W].</summary>
    public Value PixelUnshuffle(string nodeName, Value x, int factor) =>
        Add(nodeName, new PixelUnshuffle(factor), [x], []);

    /// <summary>ReLU with a trained slope below zero: one, or one a channel.</summary>
    public Value PRelu(string nodeName, Value x, bool slopePerChannel = false, double start = PReluStart) => Add(
        nodeName,
        new PRelu(),
        [x],
        [
            new(
                $"{nodeName}.weight",
                [slopePerChannel ? ShapeOf(x)[1] : 1],
                ParameterRole.Bias,
                Initialization.Constant(start)),
        ]);

    /// <summary>Mean, sum or maximum over some dimensions.</summary>
    public Value Reduce(
        string nodeName, Value x, ReduceKind kind, ImmutableArray<int> dimensions, bool keepDimensions = false) =>
        Add(nodeName, new Reduce(kind, dimensions, keepDimensions), [x], []);

    /// <summary>All channels several times, one round after the other.</summary>
    public Value RepeatChannels(string nodeName, Value x, int times)
    {
        var channels = (int)ShapeOf(x)[1];
        return SelectChannels(
            nodeName, x, [.. Enumerable.Range(0, channels * times).Select(channel => channel % channels)]);
    }

    /// <summary>
    /// Positions moved on by shifts, one for each of the dimensions; what leaves at the end comes in at the start.
    /// </summary>
    public Value Roll(string nodeName, Value x, ImmutableArray<int> shifts, ImmutableArray<int> dimensions) =>
        Add(nodeName, new Roll(shifts, dimensions), [x], []);

    /// <summary>The channels with these indices, in this order.</summary>
    public Value SelectChannels(string nodeName, Value x, ImmutableArray<int> indices) =>
        Add(nodeName, new SelectChannels(indices), [x], []);

    /// <summary>
    /// The operator and the parameters of a node on other values: one layer that a network uses several times.
    /// </summary>
    public Value Share(string nodeName, Value original, params ReadOnlySpan<Value> inputs)
    {
        var node = _nodes[original.Index];
        return Add(
            nodeName,
            node.Operator,
            inputs,
            [.. node.Parameters.Select(name => _parameters.Find(spec => spec.Name == name)!)]);
    }

    /// <summary>e^x over the sum of e^x along a dimension, or the logarithm of it.</summary>
    public Value Softmax(string nodeName, Value x, int dimension, bool logarithm = false) =>
        Add(nodeName, new Softmax(dimension, logarithm), [x], []);

    /// <summary>
    /// In training, whole samples are zero with a probability, and the others are scaled up (Huang et al. 2016).
    /// </summary>
    public Value StochasticDepth(string nodeName, Value x, double probability) =>
        Add(nodeName, new StochasticDepth(probability), [x], []);

    /// <summary>Every stride-th position.</summary>
    public Value Subsample(string nodeName, Value x, Pair stride) => Add(nodeName, new Subsample(stride), [x], []);

    /// <summary>a - b, element by element.</summary>
    public Value Subtract(string nodeName, Value a, Value b) =>
        Add(nodeName, new Arithmetic(ArithmeticKind.Subtract), [a, b], []);

    /// <summary>Images of another size, [N, C, H, W] to [N, C, h, w].</summary>
    public Value Upsample(
        string nodeName, Value x, Pair size, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false) =>
        Add(nodeName, new Upsample(size, mode, alignCorners), [x], []);

    /// <summary>Images some whole number of times as high and wide.</summary>
    public Value UpsampleBy(
        string nodeName, Value x, int factor, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false) =>
        Upsample(nodeName, x, new((int)ShapeOf(x)[2] * factor, (int)ShapeOf(x)[3] * factor), mode, alignCorners);

    private ParameterSpec[] NormParameters(string nodeName, Value x) =>
    [
        new($"{nodeName}.weight", [ShapeOf(x)[1]], ParameterRole.NormWeight, Initialization.Constant(1)),
        new($"{nodeName}.bias", [ShapeOf(x)[1]], ParameterRole.NormBias, Initialization.Constant(0)),
    ];
}
