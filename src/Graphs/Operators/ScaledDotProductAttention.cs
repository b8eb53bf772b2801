using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// softmax(scale q kᵀ + biases) v (Vaswani et al. 2017, arXiv 1706.03762, eq. 1): q [..., L, d], k [..., S, d], v
/// [..., S, e] -> [..., L, e], the leading dimensions (batch, windows, heads) equal. Further inputs are added to the
/// scores [..., L, S]; their leading dimensions may be 1.
/// </summary>
/// <param name="Scale">
/// Usually 1 / sqrt(d) of the network as it was made. A cut leaves it: products with channels that are zero add
/// nothing.
/// </param>
public sealed record ScaledDotProductAttention(double Scale) : Operator
{
    /// <summary>
    /// Whether a position weighs itself and those before it alone (Vaswani et al. 2017, section 3.2.3): scores above
    /// the diagonal are -inf before the softmax. There are as many keys as queries then, L = S.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsCausal { get; init; }

    /// <summary>The probability, in [0, 1), with which training sets a weight after the softmax to zero.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Dropout { get; init; }

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        if (shapes.Inputs.Length < 3 || !shapes.Parameters.IsEmpty)
        {
            throw shapes.Error("it takes queries, keys, values and biases of the scores, no parameters");
        }

        var (q, k, v) = (shapes.Inputs[0], shapes.Inputs[1], shapes.Inputs[2]);
        if (q.Length < 3 || q.Length != k.Length || q.Length != v.Length || q[^1] != k[^1] || k[^2] != v[^2]
            || !q[..^2].SequenceEqual(k[..^2]) || !q[..^2].SequenceEqual(v[..^2]))
        {
            throw shapes.Error(
                $"queries {NodeShapes.Show(q)}, keys {NodeShapes.Show(k)} and values {NodeShapes.Show(v)} do not fit");
        }

        if (IsCausal && q[^2] != k[^2])
        {
            throw shapes.Error($"{q[^2]} queries and {k[^2]} keys cannot be causal, which needs equally many");
        }

        if (Dropout is not (>= 0 and < 1))
        {
            throw shapes.Error($"dropout probability {Dropout} is not in [0, 1)");
        }

        ImmutableArray<long> scores = [.. q[..^1], k[^2]];
        foreach (var bias in shapes.Inputs[3..])
        {
            if (bias.Length != scores.Length
                || bias.Where((size, d) => size != scores[d] && (size != 1 || d >= scores.Length - 2)).Any())
            {
                throw shapes.Error($"bias {NodeShapes.Show(bias)} does not fit scores {NodeShapes.Show(scores)}");
            }
        }

        return [.. q[..^1], v[^1]];
    }

    public override Tensor Run(in RunContext context) => Attend(
        context.Inputs[0], context.Inputs[1], context.Inputs[2], context.Inputs[3..], context.Training,
        context.Generator);

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes)
    {
        var last = shapes.Output.Length - 1;
        var keys = shapes.Inputs[1][last - 1];
        Axis[] queries = [.. Enumerable.Range(0, last).Select(Axis.Output)];
        return [new(keys, [.. queries, Axis.Input(0, last)]), new(keys, [.. queries, Axis.Input(2, last)])];
    }

    public override void Couple(ICoupling coupling)
    {
        var last = coupling.Shapes.Output.Length - 1;
        for (var input = 0; input < coupling.Shapes.Inputs.Length; input++)
        {
            for (var dimension = 0; dimension < last - 1; dimension++)
            {
                if (coupling.Shapes.Inputs[input][dimension] == coupling.Shapes.Output[dimension])
                {
                    coupling.Tie(Axis.Input(input, dimension), Axis.Output(dimension));
                }
            }
        }

        coupling.Tie(Axis.Input(0, last), Axis.Input(1, last));
        coupling.Tie(Axis.Input(2, last), Axis.Output(last));
        coupling.Tie(Axis.Input(0, last - 1), Axis.Output(last - 1));
        coupling.Freeze(Axis.Input(1, last - 1), "positions that attention weighs");
        coupling.Freeze(Axis.Input(2, last - 1), "positions that attention weighs");
    }

    public override AxisRole RoleOf(Axis axis, NodeShapes shapes)
    {
        var last = shapes.Output.Length - 1;
        return axis.Dimension >= 1 && axis.Dimension < last - 1 ? AxisRole.Heads
            : axis.Dimension != last || (axis.Kind == AxisKind.Input && axis.Index > 2) ? AxisRole.None
            : axis is { Kind: AxisKind.Input, Index: 0 or 1 } ? AxisRole.QueryKey
            : AxisRole.Value;
    }

    public override bool OutputMayBeOverwritten => true;

    public override bool DrawsRandomNumbers => Dropout > 0;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"ScaledDotProductAttention(scale {Scale:0.####}{(IsCausal ? ", causal" : "")}"
        + $"{(Dropout > 0 ? $", dropout {Dropout}" : "")})";

    /// <summary>
    /// What <see cref="Run"/> computes; of causal attention also for the last L of S positions alone, by the keys and
    /// values of all of them.
    /// </summary>
    internal Tensor Attend(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<Tensor> biases = default, bool training = false,
        Generator? generator = null)
    {
        using var queries = Aten.Mul(q, Scale);
        using var keys = Aten.Transpose(k, -2, -1);
        var scores = Aten.Matmul(queries, keys);
        foreach (var bias in biases)
        {
            using var _ = scores;
            scores = Aten.Add(scores, bias);
        }

        using (scores)
        {
            if (IsCausal && scores.Shape[^2] > 1)
            {
                // In place, for backward needs no scores, and the gradient of what is masked is 0 by the softmax.
                using var mask = Future(scores);
                Aten.AddInPlace(scores, mask);
            }

            var weights = Aten.Softmax(scores, -1);
            if (training && Dropout > 0)
            {
                using var whole = weights;
                weights = Aten.Dropout(whole, Dropout, training: true, generator);
            }

            using (weights)
            {
                return Aten.Matmul(weights, v);
            }
        }
    }

    // [L, S]: -inf where a key comes after a query, which are the last L positions, 0 elsewhere; as the scores are.
    private static Tensor Future(Tensor scores)
    {
        var (queries, keys) = (scores.Shape[^2], scores.Shape[^1]);
        using var all = Tensor.Full([queries, keys], double.NegativeInfinity, scores.DType, scores.Device);
        return Aten.Triu(all, keys - queries + 1);
    }
}
