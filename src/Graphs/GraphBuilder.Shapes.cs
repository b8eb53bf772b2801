using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <content>The same elements in another shape or order, and some of them.</content>
public sealed partial class GraphBuilder
{
    /// <summary>The same elements in another shape, that for a batch of one; one size may be -1.</summary>
    public Value Reshape(
        string nodeName, Value x, ReadOnlySpan<long> shape, SplitPolicy policy = SplitPolicy.WholeOuter)
    {
        ImmutableArray<long> sizes = [.. shape];
        if (sizes.IndexOf(-1) is >= 0 and var open)
        {
            var others = NodeShapes.ElementCount(sizes.Where(size => size != -1));
            sizes = sizes.SetItem(open, NodeShapes.ElementCount(ShapeOf(x)) / Math.Max(others, 1));
        }

        return Add(nodeName, new Reshape(sizes, policy), [x], []);
    }

    /// <summary>Joins dimensions <paramref name="start"/> to <paramref name="end"/>, the last included.</summary>
    public Value Flatten(string nodeName, Value x, int start, int end, SplitPolicy policy = SplitPolicy.WholeOuter)
    {
        var shape = ShapeOf(x);
        return Reshape(nodeName, x, [.. shape[..start], -1, .. shape[(end + 1)..]], policy);
    }

    /// <summary>A new dimension of size 1.</summary>
    public Value Unsqueeze(string nodeName, Value x, int dimension) =>
        Reshape(nodeName, x, ShapeOf(x).Insert(dimension, 1).AsSpan());

    /// <summary>The value without a dimension of size 1.</summary>
    public Value Squeeze(string nodeName, Value x, int dimension) =>
        Reshape(nodeName, x, ShapeOf(x).RemoveAt(dimension).AsSpan());

    /// <summary>The dimensions in another order; the first one, the batch, stays.</summary>
    public Value Permute(string nodeName, Value x, params ReadOnlySpan<int> order) =>
        Add(nodeName, new Permute([.. order]), [x], []);

    /// <summary>Two dimensions exchanged.</summary>
    public Value Transpose(string nodeName, Value x, int first, int second)
    {
        var order = Enumerable.Range(0, ShapeOf(x).Length).ToArray();
        (order[first], order[second]) = (order[second], order[first]);
        return Permute(nodeName, x, order);
    }

    /// <summary>One index of a dimension, which is gone then.</summary>
    public Value Select(string nodeName, Value x, int dimension, int index) =>
        Add(nodeName, new Select(dimension, index), [x], []);
}
