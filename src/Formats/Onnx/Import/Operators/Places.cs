using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Operators on indices: TopK, ArgMax, GatherElements, OneHot and so on.</summary>
internal static class Places
{
    public static void TopK(NodeImport node)
    {
        Ends.RequireWeights(node);
        var x = node.Any(0);
        var axis = node.Arguments.Axis(-1, node.ShapeOf(x.Value).Length);
        var count = node.Arguments.Constant(1)?.Integers[0] ?? node.Node.Int("k", 0);
        var isSmallest = node.Node.Int("largest", 1) == 0;
        foreach (var place in new[] { 0, 1 }.Where(place => node.Node.OutputOrNull(place) is not null))
        {
            var op = new TopK(Within(count), Dimension(node, x, axis), isSmallest, GivesPlaces: place == 1);
            var name = place == 0 ? node.Name : node.Part("places");
            node.Output(x with { Value = node.Builder.Add(name, op, [x.Value], []) }, place);
        }
    }

    public static void ArgMax(NodeImport node)
    {
        Ends.RequireUse(node);
        var x = node.Any(0);
        var axis = node.Arguments.Axis(0, node.ShapeOf(x.Value).Length);
        var keeps = node.Node.Int("keepdims", 1) != 0;
        var op = new ArgMax(
            Dimension(node, x, axis), keeps, node.Node.Type == "ArgMin", node.Node.Int("select_last_index", 0) != 0);
        var batch = !keeps && axis < x.Batch ? x.Batch - 1 : x.Batch;
        node.Output(node.Builder.Add(node.Name, op, [x.Value], []), batch);
    }

    public static void GatherElements(NodeImport node)
    {
        var x = node.Any(0);
        var axis = node.Arguments.Axis(0, node.ShapeOf(x.Value).Length);
        var places = !node.IsConstant(1) ? node.Any(1) : x with
        {
            Value = node.ParameterValue(
                node.Part("places"), node.Constant(1).Named(null), Arithmetic.Ordered(node, node.Constant(1), x),
                follows: x.Value),
        };
        if (places.Batch != x.Batch)
        {
            throw node.Error("the batch is another dimension in its inputs");
        }

        var op = new GatherElements(Dimension(node, x, axis));
        node.Output(x with { Value = node.Builder.Add(node.Name, op, [x.Value, places.Value], []) });
    }

    public static void CumulativeSum(NodeImport node)
    {
        var x = node.Any(0);
        var axis = node.Arguments.Normal(node.Constant(1).Integers[0], node.ShapeOf(x.Value).Length);
        var op = new CumulativeSum(
            Dimension(node, x, axis), node.Node.Int("exclusive", 0) != 0, node.Node.Int("reverse", 0) != 0);
        node.Output(x with { Value = node.Builder.Add(node.Name, op, [x.Value], []) });
    }

    /// <summary>Compares indices with the positions of a new dimension. Negative indices count from the end.</summary>
    public static void OneHot(NodeImport node)
    {
        Ends.RequireUse(node);
        var (x, depth, values) = (node.Any(0), node.Constant(1).Integers[0], node.Constant(2).Numbers);
        var shape = node.ShapeOf(x.Value);
        if (x.Batch != 0 || values.Length != 2 || depth is < 1 or > int.MaxValue)
        {
            throw node.Error("the batch is not in front, or it has not two values");
        }

        var axis = node.Arguments.Axis(-1, shape.Length + 1);
        if (axis == 0)
        {
            throw node.Error("it puts a dimension before the batch");
        }

        var indices = new Imported(node.Builder.Unsqueeze(node.Part("indices"), x.Value, axis));
        long[] places = [.. Enumerable.Repeat(1L, axis), depth, .. Enumerable.Repeat(1L, shape.Length - axis)];
        Value Is(string part, long shift)
        {
            var numbers = Enumerable.Range(0, (int)depth).Select(place => (double)(place + shift));
            var at = indices with { Value = Operands.Numbers(node, $"{part}_places", places, numbers, indices) };
            return Logic.Compared(node, node.Part(part), ComparisonKind.Equal, indices, at);
        }

        var hot = node.Builder.Maximum(node.Part("hot"), Is("from_front", 0), Is("from_end", -depth));
        node.Output(node.Builder.Affine(node.Name, hot, [values[1] - values[0]], [values[0]]));
    }

    /// <summary>Trilu: keeps the part of matrices on one side of a diagonal, the rest is 0.</summary>
    public static void Triangle(NodeImport node)
    {
        var x = node.Any(0);
        var shape = node.Arguments.Shape(0);
        if (shape.Length < 2)
        {
            throw node.Error("its input is no matrix");
        }

        var (rows, columns) = (shape[^2], shape[^1]);
        var (isUpper, shift) = (node.Node.Int("upper", 1) != 0, node.Arguments.Constant(1)?.Integers[0] ?? 0);
        ImmutableArray<long> matrix = Folding.FoldingLimit.Require(node.Arguments, [rows, columns]);
        var numbers =
            from row in Enumerable.Range(0, (int)rows)
            from column in Enumerable.Range(0, (int)columns)
            select (isUpper ? column - row >= shift : column - row <= shift) ? 1.0 : 0;
        var mask = Operands.Numbers(node, "triangle", matrix.AsSpan(), numbers, x);
        node.Output(x with { Value = node.Builder.Multiply(node.Name, x.Value, mask) });
    }

    private static int Dimension(NodeImport node, Imported x, int axis) =>
        x.Dimension(axis) is > 0 and var dimension ? dimension : throw node.Error("it runs over the batch");

    private static int Within(long count) => (int)Math.Clamp(count, 0, int.MaxValue);
}
