using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>What leaves together where a dimension C is split into (A, B), or (A, B) are merged into C.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SplitPolicy>))]
public enum SplitPolicy
{
    /// <summary>An index of A with all of its B: whole heads, where A counts the heads. B keeps its size.</summary>
    WholeOuter,

    /// <summary>An index of B in every A: the same index in every head. A keeps its size.</summary>
    SameInner,
}

/// <summary>
/// The same elements, row-major, in another shape. <paramref name="Shape"/> is that for a batch of one; dimension 0 may
/// be a multiple of the batch, as when windows are merged into it: [1, 2, 2, L, C] -> [4, L, C].
/// </summary>
public sealed record Reshape(ImmutableArray<long> Shape, SplitPolicy Policy = SplitPolicy.WholeOuter) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return !Shape.IsDefaultOrEmpty && Shape.All(size => size > 0)
            && NodeShapes.ElementCount(Shape) == NodeShapes.ElementCount(shapes.Inputs[0])
            ? Shape
            : throw shapes.Error(
                $"{NodeShapes.Show(shapes.Inputs[0])} cannot be reshaped to "
                + $"[{(Shape.IsDefault ? "" : string.Join(", ", Shape))}]");
    }

    // The batch is the outermost factor of dimension 0 before and after, so that all that is left over goes there.
    public override Tensor Run(in RunContext context) => Aten.Reshape(context.Input, Shape.SetItem(0, -1).AsSpan());

    public override void Couple(ICoupling coupling)
    {
        var (input, output) = (coupling.Shapes.Inputs[0], coupling.Shapes.Output);
        foreach (var (from, to) in Blocks(input, output))
        {
            if (from.Length == 1 && to.Length == 1)
            {
                coupling.Tie(Axis.Input(0, from[0]), Axis.Output(to[0]));
            }
            else if (from[0] == 0 || to[0] == 0)
            {
                Freeze(coupling, from, to, "merged with the batch");
            }
            else if (from.Length == 1)
            {
                Divide(coupling, Axis.Input(0, from[0]), [.. to.Select(Axis.Output)]);
            }
            else if (to.Length == 1)
            {
                Divide(coupling, Axis.Output(to[0]), [.. from.Select(dimension => Axis.Input(0, dimension))]);
            }
            else
            {
                Freeze(
                    coupling,
                    from,
                    to,
                    $"reshaped from {NodeShapes.Show(input)} to {NodeShapes.Show(output)}, "
                    + "which mixes its coordinates");
            }
        }
    }

    public override Operator WithPolicies(SplitPolicy? split, GroupPolicy? groups) =>
        this with { Policy = split ?? Policy };

    // What is split into parts, heads say, might be fewer parts or smaller ones: shapes do not tell.
    public override Operator Resize(NodeShapes before, NodeShapes after)
    {
        var sizes = Shape.ToBuilder();
        foreach (var (from, to) in Blocks(before.Inputs[0], Shape))
        {
            var count = NodeShapes.ElementCount(from.Select(dimension => after.Inputs[0][dimension]));
            if (to.Length == 1)
            {
                sizes[to[0]] = count;
            }
            else if (count != NodeShapes.ElementCount(from.Select(dimension => before.Inputs[0][dimension])))
            {
                throw after.Error(
                    $"how {count} channels divide into its parts cannot be known from the parameters' shapes");
            }
        }

        return this with { Shape = sizes.ToImmutable() };
    }

    public override Operator Cut(ICut cut) => this with
    {
        Shape =
        [
            Shape[0],
            .. Enumerable.Range(1, Shape.Length - 1).Select(dimension => (long)cut.Kept(Axis.Output(dimension)).Count),
        ],
    };

    /// <summary>
    /// The shape as ONNX can write it for other sizes, too: 0 for a dimension that stays where it is, -1 for the first
    /// that moves, the size for what is split or merged.
    /// </summary>
    internal long[] ForAnySize(ImmutableArray<long> input)
    {
        var batchStays = Shape[0] == input[0];
        long[] sizes = [batchStays ? 0 : -1, .. Shape[1..]];
        var mayMove = batchStays;
        foreach (var (from, to) in Blocks(input, Shape))
        {
            if (from is not [var before] || to is not [var after] || after == 0)
            {
                continue;
            }

            if (before == after)
            {
                sizes[after] = 0;
            }
            else if (mayMove)
            {
                (sizes[after], mayMove) = (-1, false);
            }
        }

        return sizes;
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"Reshape({string.Join("x", Shape)}{(Policy == SplitPolicy.WholeOuter ? "" : $", {Policy}")})";

    private void Divide(ICoupling coupling, Axis merged, Axis[] parts)
    {
        var leaves = Policy == SplitPolicy.WholeOuter ? parts[0] : parts[^1];
        var size = coupling.Shapes.Size(leaves);
        var inner = coupling.Shapes.Size(merged) / size;
        for (var index = 0L; index < size * inner; index++)
        {
            coupling.Tie(merged, index, leaves, Policy == SplitPolicy.WholeOuter ? index / inner : index % size);
        }

        foreach (var part in parts.Where(part => part != leaves))
        {
            coupling.Freeze(
                part,
                Policy == SplitPolicy.WholeOuter
                    ? "leaves with whole outer indices only"
                    : "every outer index keeps the same inner ones");
        }
    }

    private static void Freeze(ICoupling coupling, int[] from, int[] to, string reason)
    {
        Array.ForEach(from, dimension => coupling.Freeze(Axis.Input(0, dimension), reason));
        Array.ForEach(to, dimension => coupling.Freeze(Axis.Output(dimension), reason));
    }

    // The shortest runs of dimensions with equally many elements. Dimensions of size 1 between them belong to none.
    private static IEnumerable<(int[] From, int[] To)> Blocks(ImmutableArray<long> input, ImmutableArray<long> output)
    {
        var (i, o) = (0, 0);
        while (i < input.Length || o < output.Length)
        {
            if (i < input.Length && input[i] == 1)
            {
                i++;
            }
            else if (o < output.Length && output[o] == 1)
            {
                o++;
            }
            else
            {
                var (firstI, firstO) = (i, o);
                var (countI, countO) = (input[i++], output[o++]);
                while (countI != countO)
                {
                    _ = countI < countO ? countI *= input[i++] : countO *= output[o++];
                }

                yield return ([.. Enumerable.Range(firstI, i - firstI)], [.. Enumerable.Range(firstO, o - firstO)]);
            }
        }
    }

}
