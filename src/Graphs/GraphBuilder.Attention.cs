using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <content>Transformers. Names of parameters are PyTorch's.</content>
public sealed partial class GraphBuilder
{
    /// <summary>The product of matrices, the last two dimensions.</summary>
    public Value MatMul(string nodeName, Value left, Value right) => Add(nodeName, new MatMul(), [left, right], []);

    /// <summary>
    /// A parameter named as its node, [1, ...] for every batch, or with the batch of a value that it follows.
    /// </summary>
    public Value Parameter(
        string nodeName,
        ReadOnlySpan<long> shape,
        Initialization initialization,
        ParameterRole role = ParameterRole.Bias,
        Value? follows = null,
        bool addsBatch = false) =>
        Add(
            nodeName,
            new ParameterValue(addsBatch),
            follows is { } value ? [value] : [],
            [new(nodeName, [.. shape], role, initialization)]);

    /// <summary>
    /// x plus a parameter of one sample's shape: a position embedding. The parameter is named as the node, the sum is
    /// <c>NODE.sum</c>.
    /// </summary>
    public Value AddParameter(string nodeName, Value x, Initialization initialization) =>
        Add($"{nodeName}.sum", x, Parameter(nodeName, ShapeOf(x).SetItem(0, 1).AsSpan(), initialization));

    /// <summary>
    /// Rows of a table of <paramref name="count"/> rows of <paramref name="width"/>, which starts from N(0, 1) unless
    /// given.
    /// </summary>
    public Value Embedding(
        string nodeName, Value indices, long count, long width, Initialization? initialization = null) =>
        Add(
            nodeName,
            new Embedding(),
            [indices],
            [
                new(
                    $"{nodeName}.weight",
                    [count, width],
                    ParameterRole.Weight,
                    initialization ?? Initialization.Normal(1)),
            ]);

    /// <summary>Layer normalisation of the last dimension that starts as the identity.</summary>
    public Value LayerNorm(string nodeName, Value x, double epsilon = 1e-5) => Add(
        nodeName,
        new LayerNorm(epsilon),
        [x],
        [
            new($"{nodeName}.weight", [ShapeOf(x)[^1]], ParameterRole.NormWeight, Initialization.Constant(1)),
            new($"{nodeName}.bias", [ShapeOf(x)[^1]], ParameterRole.NormBias, Initialization.Constant(0)),
        ]);

    /// <summary>Layer normalisation of the channels at each position of [N, C, H, W], as ConvNeXt's.</summary>
    public Value LayerNorm2d(string nodeName, Value x, double epsilon = 1e-5)
    {
        var last = Permute($"{nodeName}.last", x, 0, 2, 3, 1);
        return Permute($"{nodeName}.first", LayerNorm(nodeName, last, epsilon), 0, 3, 1, 2);
    }

    /// <summary>Division by the root mean square of the last dimension, times weights from 1.</summary>
    public Value RmsNorm(string nodeName, Value x, double epsilon = 1e-6) => Add(nodeName, new RmsNorm(epsilon), [x],
        [new($"{nodeName}.weight", [ShapeOf(x)[^1]], ParameterRole.NormWeight, Initialization.Constant(1))]);

    /// <summary>
    /// Attention of queries, keys and values [N, ..., heads, L, d]; what else is given is added to the scores. The
    /// scale is 1 / sqrt(d) unless given. <paramref name="isCausal"/> and <paramref name="dropout"/> are those of the
    /// operator.
    /// </summary>
    public Value ScaledDotProductAttention(
        string nodeName,
        Value queries,
        Value keys,
        Value values,
        ReadOnlySpan<Value> biases = default,
        double? scale = null,
        bool isCausal = false,
        double dropout = 0) =>
        Add(
            nodeName,
            new ScaledDotProductAttention(scale ?? 1 / Math.Sqrt(ShapeOf(queries)[^1]))
            {
                IsCausal = isCausal,
                Dropout = dropout,
            },
            [queries, keys, values, .. biases],
            []);

    /// <summary>
    /// Self-attention as PyTorch's <c>MultiheadAttention</c>, [N, L, E] -> [N, L, E]: parameters in_proj_weight
    /// [3E, E], in_proj_bias, out_proj.weight and out_proj.bias. It is made of simpler nodes, so that after a cut the
    /// widths of queries and values may differ from E.
    /// </summary>
    /// <param name="nodeName">The node's name; those that it is made of begin with it.</param>
    /// <param name="x">The tokens.</param>
    /// <param name="heads">A divisor of E.</param>
    /// <param name="policy">
    /// Whole heads leave, or the same index of every head: of queries and keys together, of values on its own.
    /// </param>
    /// <param name="isCausal">Whether a position weighs itself and those before it alone.</param>
    public Value MultiHeadAttention(
        string nodeName, Value x, int heads, SplitPolicy policy = SplitPolicy.WholeOuter, bool isCausal = false)
    {
        var width = ShapeOf(x)[^1];
        var xavier = Initialization.Uniform(Math.Sqrt(6.0 / (width + 3 * width)));
        var packed = Add($"{nodeName}.in_proj", new Linear(), [x],
        [
            new($"{nodeName}.in_proj_weight", [3 * width, width], ParameterRole.Weight, xavier),
            new($"{nodeName}.in_proj_bias", [3 * width], ParameterRole.Bias, Initialization.Constant(0)),
        ]);
        return PackedAttention(
            nodeName, packed, heads, $"{nodeName}.out_proj", policy: policy, isCausal: isCausal);
    }

    /// <summary>
    /// Attention of queries, keys and values that lie side by side, [N, ..., L, 3E] -> [N, ..., L, E], with the
    /// projection that follows. <paramref name="biases"/> are added to the scores [N, ..., heads, L, L]. With a
    /// <paramref name="temperature"/>, the name of a parameter [heads, 1, 1], attention compares directions
    /// (<see cref="Operators.LogitScale"/>) and takes no scale. The projection starts uniform in ±1/sqrt(E) unless
    /// given, its biases from 0. <paramref name="isCausal"/> and <paramref name="dropout"/> are those of
    /// <see cref="Operators.ScaledDotProductAttention"/>.
    /// </summary>
    public Value PackedAttention(
        string nodeName,
        Value packed,
        int heads,
        string projection,
        ReadOnlySpan<Value> biases = default,
        double? scale = null,
        SplitPolicy policy = SplitPolicy.WholeOuter,
        string? temperature = null,
        Initialization? initialization = null,
        bool isCausal = false,
        double dropout = 0)
    {
        var rank = ShapeOf(packed).Length;
        var width = ShapeOf(packed)[^1] / 3;
        int[] order = [.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2, rank];
        Value Heads(string part, int position)
        {
            var slice = Slice($"{nodeName}.{part}", packed, rank - 1, (int)(position * width), (int)width);
            var split = Reshape(
                $"{nodeName}.{part}.split", slice, [.. ShapeOf(slice)[..^1], heads, width / heads], policy);
            return Permute($"{nodeName}.{part}.heads", split, order);
        }

        var (q, k, v) = (Heads("q", 0), Heads("k", 1), Heads("v", 2));
        if (temperature is not null)
        {
            q = LogitScale(temperature, Normalize($"{nodeName}.q.unit", q));
            k = Normalize($"{nodeName}.k.unit", k);
            scale = 1;
        }

        var attended = ScaledDotProductAttention(
            $"{nodeName}.attention", q, k, v, biases, scale, isCausal, dropout);
        var merged = Flatten(
            $"{nodeName}.attention.merged",
            Permute($"{nodeName}.attention.rows", attended, order),
            rank - 1,
            rank,
            policy);
        return Linear(projection, merged, width, initialization ?? Initialization.Uniform(1 / Math.Sqrt(width)));
    }

    /// <summary>
    /// Bias of attention within a window [1, heads, L, L], from the table <paramref name="nodeName"/>
    /// [(2h - 1)(2w - 1), heads] by distance.
    /// </summary>
    public Value RelativePositionBias(string nodeName, Pair window, int heads)
    {
        var table = Parameter(
            nodeName,
            [(2L * window.Height - 1) * (2L * window.Width - 1), heads],
            Initialization.Normal(0.02),
            addsBatch: true);
        return Add($"{nodeName}.gathered", new RelativePositionBias(window), [table], []);
    }

    /// <summary>
    /// The same with the table that a small network makes of the distances (Swin Transformer V2):
    /// <paramref name="network"/>.0, ReLU and <paramref name="network"/>.2, bounded by 16; <paramref name="like"/> says
    /// where it is computed. Its weights start as those of <see cref="Linear"/>.
    /// </summary>
    public Value ContinuousPositionBias(
        string nodeName,
        string network,
        Value like,
        Pair window,
        int heads,
        long hidden = 512,
        Initialization? initialization = null)
    {
        const double Bound = 16;
        var distances = Add($"{nodeName}.distances", new RelativeCoordinates(window), [like], []);
        var x = Relu($"{network}.1", Linear($"{network}.0", distances, hidden, initialization));
        return Add(
            nodeName,
            new RelativePositionBias(window, Bound),
            [Linear($"{network}.2", x, heads, initialization, bias: false)],
            []);
    }

    /// <summary>
    /// Bias that separates what a roll brought together, [1, windows, L, L]; <paramref name="like"/> says where it is
    /// computed.
    /// </summary>
    public Value ShiftedWindowMask(string nodeName, Value like, Pair grid, Pair window, Pair shift) =>
        Add(nodeName, new ShiftedWindowMask(grid, window, shift), [like], []);

    /// <summary>The last dimension divided by its Euclidean norm.</summary>
    public Value Normalize(string nodeName, Value x) => Add(nodeName, new Normalize(), [x], []);

    /// <summary>
    /// Times exp(min(p, ln 100)) for each head; p, named as the node, starts from ln 10, as in Swin Transformer V2.
    /// </summary>
    public Value LogitScale(string nodeName, Value x) => Add(nodeName, new LogitScale(Math.Log(100)), [x],
        [new(nodeName, [ShapeOf(x)[^3], 1, 1], ParameterRole.Bias, Initialization.Constant(Math.Log(10)))]);
}
