using System.Collections.Immutable;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The rules of element-wise operators on values of equal rank: a dimension of size 1 meets every coordinate of the
/// other value's.
/// </summary>
/// <remarks>
/// Values of fewer dimensions do not broadcast: dimension 0 is the batch, and aligned from the right it would meet
/// another dimension.
/// </remarks>
internal static class Broadcasting
{
    public static ImmutableArray<long> Shape(NodeShapes shapes, string verb, int inputs = 2)
    {
        shapes.Require(inputs, parameters: 0);
        return shapes.Inputs.Aggregate((a, b) => a.Length == b.Length
            && a.Zip(b).All(sizes => sizes.First == sizes.Second || sizes.First == 1 || sizes.Second == 1)
            ? [.. a.Zip(b, Math.Max)]
            : throw shapes.Error($"cannot {verb} {NodeShapes.Show(a)} and {NodeShapes.Show(b)}"));
    }

    /// <summary>
    /// Fails if values that were of equal size would now meet by broadcasting: they would be of another network.
    /// </summary>
    public static void RequireSamePattern(NodeShapes before, NodeShapes after, string verb)
    {
        for (var input = 1; input < after.Inputs.Length; input++)
        {
            var (a, b) = (after.Inputs[input - 1], after.Inputs[input]);
            for (var dimension = 0; dimension < Math.Min(a.Length, b.Length); dimension++)
            {
                if (before.Inputs[input - 1][dimension] == before.Inputs[input][dimension]
                    && a[dimension] != b[dimension])
                {
                    throw after.Error($"cannot {verb} {NodeShapes.Show(a)} and {NodeShapes.Show(b)}");
                }
            }
        }
    }

    /// <summary>
    /// Whether both values have the same channels, so that a channel that is zero in one is zero in the other: a single
    /// one that meets many need not be.
    /// </summary>
    public static bool SharesChannels(NodeShapes shapes)
    {
        var (a, b) = (shapes.Inputs[0], shapes.Inputs[1]);
        return a.Length == 4 ? a[1] == b[1] : a.SequenceEqual(b);
    }

    /// <summary>Equal sizes leave together; a single coordinate that meets many is tied to none of them.</summary>
    public static void Couple(ICoupling coupling)
    {
        for (var input = 0; input < coupling.Shapes.Inputs.Length; input++)
        {
            for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
            {
                var axis = Axis.Input(input, dimension);
                if (coupling.Shapes.Size(axis) == coupling.Shapes.Output[dimension])
                {
                    coupling.Tie(axis, Axis.Output(dimension));
                }
                else
                {
                    coupling.Free(axis);
                }
            }
        }
    }
}
