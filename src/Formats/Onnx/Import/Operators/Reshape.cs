using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Patterns;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Reshape, Flatten, Squeeze and Unsqueeze.</summary>
internal static class Reshape
{
    public static void Import(NodeImport node)
    {
        var x = node.AnyOrMerged(0);
        var (from, to) = (node.Graph.ShapeOf(node.Node.Inputs[0]), node.Graph.ShapeOf(node.Node.Output));
        if (node.Node.Type is "Squeeze" or "Unsqueeze" && x.Batch > 0)
        {
            var batch = node.Node.Type == "Squeeze"
                ? AfterSqueeze(node, x.Batch, from.Length)
                : AfterUnsqueeze(node, x.Batch, to.Length);
            node.Output(node.Builder.Reshape(node.Name, x.Value, [to[batch], .. to.RemoveAt(batch)]), batch);
        }
        else if (x.Batch != 0)
        {
            node.Output(BatchReshape.Apply(node, x, from, to));
        }
        else if (from.Length == 4 && to.Length == 2 && from[0] == to[0])
        {
            node.Output(node.Builder.Flatten(node.Name, x.Value));
        }
        else
        {
            Leading(node, x.Value, from, to);
        }
    }

    // Unsqueeze of axis 0 adds a dimension before the batch, and Squeeze removes it.
    private static void Leading(NodeImport node, Value x, ImmutableArray<long> from, ImmutableArray<long> to)
    {
        var batch = node.Node.Type == "Unsqueeze" ? AfterUnsqueeze(node, 0, to.Length) : 0;
        if (node.Node.Type == "Squeeze" && node.Arguments.Axes(1, from.Length) is { } axes && axes.Contains(0))
        {
            throw node.Error("it drops the batch");
        }

        // Without axes every 1 would go. But the batch is 1 only here, so it stays.
        ImmutableArray<long> ours = to.IsEmpty || node.Node.Type != "Squeeze" ? to : Squeezed(node, from);
        if (!ours.SequenceEqual(to))
        {
            throw node.Error("it names no axes, so that a batch of one would be dropped");
        }

        var policy = node.Node.Int(PatchMerges.SameInner, 0) == 1 ? SplitPolicy.SameInner : SplitPolicy.WholeOuter;
        node.Output(
            node.Builder.Reshape(node.Name, x, to.IsEmpty ? [1] : [to[batch], .. to.RemoveAt(batch)], policy), batch);
    }

    private static ImmutableArray<long> Squeezed(NodeImport node, ImmutableArray<long> from) =>
        node.Arguments.Axes(1, from.Length) is { } axes
            ? [.. from.Where((_, dimension) => !axes.Contains(dimension))]
            : [from[0], .. from.Skip(1).Where(size => size != 1)];

    private static int AfterSqueeze(NodeImport node, int batch, int rank)
    {
        var axes = node.Arguments.Axes(1, rank)
            ?? throw node.Error("it names no axes, so that a batch of one would be dropped");
        return axes.Contains(batch) ? throw node.Error("it drops the batch") : batch - axes.Count(axis => axis < batch);
    }

    private static int AfterUnsqueeze(NodeImport node, int batch, int rank)
    {
        var axes = node.Arguments.Axes(1, rank)!;
        return Enumerable.Range(0, rank).Where(axis => !axes.Contains(axis)).ElementAt(batch);
    }
}
