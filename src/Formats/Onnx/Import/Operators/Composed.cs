using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Operators that become several of ours.</summary>
internal static class Composed
{
    // Avoids division by 0.
    private const double Smallest = 1e-12;
    private const double MeanVarianceEpsilon = 1e-9;
    private const int HardmaxHasAxis = 13;

    /// <summary>The mean of several values.</summary>
    public static void Mean(NodeImport node)
    {
        var count = node.Node.Inputs.Length;
        var like = node.Any(Enumerable.Range(0, count).First(input => !node.IsConstant(input) || input == count - 1));
        var sum = Operands.Of(node, 0, like);
        for (var input = 1; input < count; input++)
        {
            var (a, b) = Arithmetic.SameRank(node, sum, Operands.Of(node, input, like));
            sum = a with { Value = node.Builder.Add(node.Part("sum"), a.Value, b.Value) };
        }

        node.Output(sum with { Value = node.Builder.Affine(node.Name, sum.Value, [1.0 / count], [0]) });
    }

    /// <summary>The remainder, with the sign of the dividend (fmod) or of the divisor.</summary>
    public static void Mod(NodeImport node)
    {
        var (a, b) = Operands.Pair(node);
        if (node.Node.Int("fmod", 0) != 0)
        {
            var remainder = new Graphs.Operators.Arithmetic(ArithmeticKind.Remainder);
            node.Output(a with { Value = node.Builder.Add(node.Name, remainder, [a.Value, b.Value], []) });
            return;
        }

        var quotient = node.Builder.Divide(node.Part("quotient"), a.Value, b.Value);
        var whole = Function(node, "whole", quotient, ElementwiseKind.Floor);
        var multiple = node.Builder.Multiply(node.Part("multiple"), whole, b.Value);
        node.Output(a with { Value = node.Builder.Subtract(node.Name, a.Value, multiple) });
    }

    /// <summary>0 if |x| is at most lambd, else x moved towards 0 by the bias.</summary>
    public static void Shrink(NodeImport node)
    {
        var x = node.Any(0);
        var (bound, bias) = (node.Node.Float("lambd", 0.5), node.Node.Float("bias", 0));
        var magnitude = x with { Value = Function(node, "magnitude", x.Value, ElementwiseKind.Abs) };
        var least = x with { Value = Operands.Numbers(node, "bound", [], [bound], x) };
        var stays = Logic.Compared(node, node.Part("stays"), ComparisonKind.Greater, magnitude, least);
        var shift = node.Builder.Affine(
            node.Part("shift"), Function(node, "sign", x.Value, ElementwiseKind.Sign), [-bias], [0]);
        var nearer = node.Builder.Add(node.Part("nearer"), x.Value, shift);
        var chosen = new Graphs.Operators.Where(Otherwise: 0);
        node.Output(x with { Value = node.Builder.Add(node.Name, chosen, [stays, nearer], []) });
    }

    /// <summary>1 at the largest element along a dimension, else 0.</summary>
    public static void Hardmax(NodeImport node)
    {
        Ends.RequireUse(node);
        var x = node.Any(0);
        var shape = node.Arguments.Shape(0);
        var axis = node.Arguments.Axis(node.Graph.Opset < HardmaxHasAxis ? 1 : -1, shape.Length);
        if (x.Dimension(axis) == 0 || (node.Graph.Opset < HardmaxHasAxis && axis != shape.Length - 1))
        {
            throw node.Error("it runs over the batch, or over several dimensions");
        }

        var best = new ArgMax(x.Dimension(axis), KeepDimension: true);
        var place = x with { Value = node.Builder.Add(node.Part("best"), best, [x.Value], []) };
        long[] sizes = [.. shape.Select((size, dimension) => dimension == axis ? size : 1)];
        var numbers = Enumerable.Range(0, (int)shape[axis]).Select(number => (double)number);
        var places = x with { Value = Operands.Numbers(node, "places", sizes, numbers, x) };
        node.Output(x with { Value = Logic.Compared(node, node.Name, ComparisonKind.Equal, places, place) });
    }

    /// <summary>Division by the L2 or L1 norm along a dimension.</summary>
    public static void LpNormalization(NodeImport node)
    {
        var x = node.Any(0);
        var dimension = x.Dimension(node.Arguments.Axis(-1, node.ShapeOf(x.Value).Length));
        var kind = Length(node);
        if (dimension == 0)
        {
            throw node.Error("it runs over the batch");
        }

        var length = node.Builder.Reduce(node.Part("length"), x.Value, kind, [dimension], keepDimensions: true);
        var least = Operands.Numbers(node, "least", [], [Smallest], x);
        var divisor = node.Builder.Maximum(node.Part("divisor"), length, least);
        node.Output(x with { Value = node.Builder.Divide(node.Name, x.Value, divisor) });
    }

    /// <summary>(x - mean) / standard deviation.</summary>
    public static void MeanVarianceNormalization(NodeImport node)
    {
        var x = node.Any(0);
        var rank = node.ShapeOf(x.Value).Length;
        int[] axes = [.. (node.Node.Ints("axes") ?? [0, 2, 3]).Select(axis => node.Arguments.Normal(axis, rank))];
        if (axes.Contains(x.Batch))
        {
            throw node.Error("it runs over the batch");
        }

        Value Mean(string part, Value value) => node.Builder.Reduce(
            node.Part(part), value, ReduceKind.Mean, [.. axes.Select(x.Dimension).Order()], keepDimensions: true);
        var centred = node.Builder.Subtract(node.Part("centred"), x.Value, Mean("mean", x.Value));
        var variance = Mean("variance", node.Builder.Multiply(node.Part("squares"), centred, centred));
        var deviation = node.Builder.Affine(
            node.Part("divisor"), Function(node, "deviation", variance, ElementwiseKind.Sqrt), [1],
            [MeanVarianceEpsilon]);
        node.Output(x with { Value = node.Builder.Divide(node.Name, centred, deviation) });
    }

    /// <summary>The Lp norm of each window.</summary>
    public static void LpPool(NodeImport node)
    {
        var power = node.Node.Int("p", 2);
        var window = WindowAttributes.Of(node.Arguments);
        if (power < 1 || window.Dilations.Any(dilation => dilation != 1))
        {
            throw node.Error("its power is below 1, or its sum is over spread positions");
        }

        var x = Function(node, "magnitude", Images.Of(node, node.Input()), ElementwiseKind.Abs);
        x = Images.Padded(node, Function(node, "powers", x, ElementwiseKind.Power, power), ref window, isPool: true);
        var op = new AveragePool2d(
            Images.Pair(window.Kernel), Images.Pair(window.Strides), Images.Pair(window.Before, otherwise: 0),
            window.Ceil);
        var means = node.Builder.Add(node.Part("means"), op, [x], []);
        var count = window.Kernel.Aggregate(1L, (product, size) => product * size);
        var sums = node.Builder.Affine(node.Part("sums"), means, [count], [0]);
        node.Output(Images.Back(node, name => node.Builder.Add(
            name, new Graphs.Operators.Elementwise(ElementwiseKind.Power, 1.0 / power), [sums], [])));
    }

    /// <summary>The Lp norm of each channel.</summary>
    public static void GlobalLpPool(NodeImport node)
    {
        var x = node.Input();
        int[] positions = [.. Enumerable.Range(2, Math.Max(node.ShapeOf(x).Length - 2, 0))];
        node.Output(node.Builder.Reduce(node.Name, x, Length(node), [.. positions], keepDimensions: true));
    }

    /// <summary>The indices of a dimension at which a known condition holds.</summary>
    public static void Compress(NodeImport node)
    {
        var x = node.Any(0);
        var (condition, rank) = (node.Constant(1).Integers, node.ShapeOf(x.Value).Length);
        var dimension = node.Node.Has("axis") ? x.Dimension(node.Arguments.Axis(0, rank)) : 0;
        int[] places = [.. Enumerable.Range(0, condition.Length).Where(place => condition[place] != 0)];
        node.Output(dimension > 0 && places.Length > 0
            ? x with { Value = Gather.Several(node, node.Name, x.Value, dimension, places) }
            : throw node.Error("it selects samples of the batch, or nothing"));
    }

    /// <summary>1 for NaN, else 0.</summary>
    public static void IsNaN(NodeImport node)
    {
        Ends.RequireUse(node);
        var x = node.Any(0);
        var same = Logic.Compared(node, node.Part("is_itself"), ComparisonKind.Equal, x, x);
        node.Output(x with { Value = node.Builder.Affine(node.Name, same, [-1], [1]) });
    }

    /// <summary>1 for infinite numbers, else 0.</summary>
    public static void IsInf(NodeImport node)
    {
        Ends.RequireUse(node);
        var x = node.Any(0);
        var (below, above) = (node.Node.Int("detect_negative", 1) != 0, node.Node.Int("detect_positive", 1) != 0);
        var asked = (below, above) switch
        {
            (true, true) => x with { Value = Function(node, "magnitude", x.Value, ElementwiseKind.Abs) },
            (true, false) => x with { Value = node.Builder.Affine(node.Part("negative"), x.Value, [-1], [0]) },
            (false, true) => x,
            _ => throw node.Error("it asks for nothing"),
        };
        var largest = x with { Value = Operands.Numbers(node, "largest", [], [float.MaxValue], x) };
        node.Output(x with { Value = Logic.Compared(node, node.Name, ComparisonKind.Greater, asked, largest) });
    }

    private static ReduceKind Length(NodeImport node) => node.Node.Int("p", 2) switch
    {
        1 => ReduceKind.L1,
        2 => ReduceKind.L2,
        var power => throw node.Error($"its power is {power}: 1 and 2 are supported"),
    };

    private static Value Function(
        NodeImport node, string part, Value x, ElementwiseKind kind, double number = 0) =>
        node.Builder.Add(node.Part(part), new Elementwise(kind, number), [x], []);
}
