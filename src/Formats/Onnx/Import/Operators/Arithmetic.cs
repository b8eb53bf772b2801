using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Add, Sub, Mul and Div. A constant of one number, or one per channel, becomes an <see cref="Affine"/>; a named
/// initializer becomes a parameter.
/// </summary>
internal static class Arithmetic
{
    public static void Import(NodeImport node)
    {
        if (node.Node.Inputs.Length != 2)
        {
            SumOfMany(node);
        }
        else if (node.Node.Type == "Div" && node.Graph.KindOf(node.Node.Output) == OnnxKind.Integer)
        {
            // Integer division truncates.
            var (a, b) = Operands.Pair(node);
            var quotient = node.Builder.Divide(node.Part("quotient"), a.Value, b.Value);
            var whole = new Elementwise(ElementwiseKind.Truncate);
            node.Output(a with { Value = node.Builder.Add(node.Name, whole, [quotient], []) });
        }
        else if (node.IsConstant(1))
        {
            WithConstant(node, node.Any(0), node.Constant(1), isLeft: false);
        }
        else if (node.IsConstant(0))
        {
            WithConstant(node, node.Any(1), node.Constant(0), isLeft: true);
        }
        else
        {
            var (a, b) = SameRank(node, node.Any(0), node.Any(1));
            node.Output(a with { Value = Combine(node, a.Value, b.Value) });
        }
    }

    // Adds the values one after the other. A single value is returned as it is.
    private static void SumOfMany(NodeImport node)
    {
        var count = node.Node.Inputs.Length;
        if (node.Node.Type != "Sum" || count == 0)
        {
            throw node.Error($"it has {count} inputs instead of 2");
        }

        var sum = node.Any(0);
        for (var input = 1; input < count; input++)
        {
            var (a, b) = SameRank(node, sum, node.Any(input));
            var name = input == count - 1 ? node.Name : node.Part("sum");
            sum = a with { Value = node.Builder.Add(name, a.Value, b.Value) };
        }

        node.Output(sum);
    }

    public static void Negate(NodeImport node)
    {
        var x = node.Any(0);
        node.Output(x with { Value = node.Builder.Affine(node.Name, x.Value, [-1], [0]) });
    }

    /// <summary>A shape padded with leading ones to the rank of a value.</summary>
    public static ImmutableArray<long> Aligned(NodeImport node, ImmutableArray<long> shape, int rank)
    {
        var surplus = Math.Max(shape.Length - rank, 0);
        return shape.Take(surplus).All(size => size == 1)
            ? [.. Enumerable.Repeat(1L, Math.Max(rank - shape.Length, 0)), .. shape.Skip(surplus)]
            : throw node.Error(
                $"constant {NodeShapes.Show(shape)} has more dimensions than its other operand ({rank})");
    }

    /// <summary>
    /// A constant's shape in our order of dimensions, batch first. The constant must be equal for all samples.
    /// </summary>
    public static ImmutableArray<long> Ordered(NodeImport node, OnnxTensor constant, Imported x)
    {
        var rank = node.ShapeOf(x.Value).Length;
        var aligned = Aligned(node, constant.Shape, rank);
        return aligned[x.Batch] == 1
            ? [.. Enumerable.Range(0, rank).Select(dimension => aligned[x.Axis(dimension)])]
            : throw node.Error($"constant {NodeShapes.Show(constant.Shape)} differs between samples");
    }

    private static void WithConstant(NodeImport node, Imported x, OnnxTensor constant, bool isLeft)
    {
        var shape = Ordered(node, constant, x);
        var isNamed = constant.Name is { } name
            && ImportedParameters.IsUsable(name)
            && !constant.IsScalar
            && !IsInput(node);
        var isPerChannel = shape.Length >= 2 && !shape.Where((size, dimension) => size != 1 && dimension != 1).Any()
            && (constant.IsScalar || node.ShapeOf(x.Value)[1] == shape[1]);
        if (isNamed && isPerChannel && shape.Length == 4 && node.Node.Type == "Mul")
        {
            var factor = node.Parameter(constant, "layer_scale", ParameterRole.NormWeight, [shape[1], 1, 1]);
            node.Output(x with { Value = node.Builder.Add(node.Name, new LayerScale2d(), [x.Value], [factor]) });
        }
        else if (isPerChannel && !isNamed && AffineOf(node.Node.Type, constant, isLeft) is { } affine)
        {
            node.Output(x with { Value = node.Builder.Affine(node.Name, x.Value, affine.Scale, affine.Shift) });
        }
        else
        {
            var value = node.ParameterValue(node.Part("constant"), constant, shape);
            node.Output(x with { Value = isLeft ? Combine(node, value, x.Value) : Combine(node, x.Value, value) });
        }
    }

    // Constants on the input normalize images.
    private static bool IsInput(NodeImport node) => node.Node.Inputs.Any(node.Graph.Inputs.Contains);

    private static (ImmutableArray<double> Scale, ImmutableArray<double> Shift)? AffineOf(
        string type, OnnxTensor constant, bool isLeft)
    {
        var numbers = constant.Numbers;
        ImmutableArray<double> values = [.. numbers];
        return (type, isLeft) switch
        {
            _ when !numbers.All(double.IsFinite) => null,
            ("Add" or "Sum", _) => ([1], values),
            ("Sub", false) => ([1], [.. numbers.Select(number => -number)]),
            ("Sub", true) => ([-1], values),
            ("Mul", _) => (values, [0]),
            ("Div", false) when !numbers.Contains(0) => ([.. numbers.Select(number => 1 / number)], [0]),
            _ => null,
        };
    }

    private static Value Combine(NodeImport node, Value a, Value b) => node.Node.Type switch
    {
        "Add" or "Sum" => node.Builder.Add(node.Name, a, b),
        "Sub" => node.Builder.Subtract(node.Name, a, b),
        "Mul" => node.Builder.Multiply(node.Name, a, b),
        _ => node.Builder.Divide(node.Name, a, b),
    };

    /// <summary>Two values with the same rank and batch dimension; fails for others.</summary>
    public static (Imported A, Imported B) SameRank(NodeImport node, Imported a, Imported b)
    {
        var (left, right) = (node.ShapeOf(a.Value), node.ShapeOf(b.Value));
        return left.Length == right.Length && a.Batch == b.Batch
            ? (a, b)
            : throw node.Error(
                $"values {NodeShapes.Show(left)} and {NodeShapes.Show(right)} do not have the same dimensions");
    }
}
