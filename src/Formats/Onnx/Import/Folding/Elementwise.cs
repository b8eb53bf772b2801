using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>Element-wise operators on constants.</summary>
internal static class Elementwise
{
    private static readonly FrozenDictionary<string, Func<double, double>> Unary =
        new Dictionary<string, Func<double, double>>
        {
            ["Abs"] = Math.Abs,
            ["Ceil"] = Math.Ceiling,
            ["Cos"] = Math.Cos,
            ["Exp"] = Math.Exp,
            ["Floor"] = Math.Floor,
            ["Log"] = Math.Log,
            ["Neg"] = x => -x,
            ["Not"] = x => x == 0 ? 1 : 0,
            ["Reciprocal"] = x => 1 / x,
            ["Relu"] = x => Math.Max(x, 0),
            ["Round"] = x => Math.Round(x, MidpointRounding.ToEven),
            ["Sigmoid"] = x => 1 / (1 + Math.Exp(-x)),
            ["Sign"] = x => Math.Sign(x),
            ["Sin"] = Math.Sin,
            ["Sqrt"] = Math.Sqrt,
            ["Tanh"] = Math.Tanh,
        }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Func<double, double, double>> Binary =
        new Dictionary<string, Func<double, double, double>>
        {
            ["Add"] = (a, b) => a + b,
            ["Sub"] = (a, b) => a - b,
            ["Mul"] = (a, b) => a * b,
            ["Div"] = (a, b) => a / b,
            ["Max"] = Math.Max,
            ["Min"] = Math.Min,
            ["Mod"] = (a, b) => a - b * Math.Floor(a / b),
            ["Pow"] = Math.Pow,
            ["And"] = (a, b) => a != 0 && b != 0 ? 1 : 0,
            ["Or"] = (a, b) => a != 0 || b != 0 ? 1 : 0,
            ["Equal"] = (a, b) => a == b ? 1 : 0,
            ["Greater"] = (a, b) => a > b ? 1 : 0,
            ["GreaterOrEqual"] = (a, b) => a >= b ? 1 : 0,
            ["Less"] = (a, b) => a < b ? 1 : 0,
            ["LessOrEqual"] = (a, b) => a <= b ? 1 : 0,
        }.ToFrozenDictionary();

    /// <summary>Operators whose output has the broadcast shape of their inputs.</summary>
    public static bool IsBinary(string type) =>
        Binary.ContainsKey(type) || type is "Xor" or "BitShift" or "Sum" or "Mean";

    /// <summary>Operators with a boolean output.</summary>
    public static bool IsLogical(string type) =>
        type is "And" or "Or" or "Not" or "Xor" or "Equal" or "IsNaN" or "IsInf"
            || type.StartsWith("Greater", StringComparison.Ordinal)
            || type.StartsWith("Less", StringComparison.Ordinal);

    /// <summary>The output for constant inputs; null for other operators.</summary>
    public static OnnxTensor? Fold(NodeArguments node, ImmutableArray<OnnxTensor> inputs)
    {
        var type = node.Node.Type;
        if (inputs.Length == 1 && Unary.TryGetValue(type, out var unary))
        {
            FoldingLimit.Require(node, inputs[0].Shape);
            return OnnxTensor.Of(
                KindOf(type, inputs), inputs[0].Shape, Array.ConvertAll(inputs[0].Numbers, number => unary(number)));
        }

        if (type == "Where" && inputs.Length == 3)
        {
            return Where(node, inputs);
        }

        if (inputs.Length < 2 || !Binary.TryGetValue(type, out var binary))
        {
            return null;
        }

        // Integer division truncates towards 0.
        binary = type == "Div" && inputs[0].Kind == OnnxKind.Integer ? WholeQuotient(node) : binary;
        var kind = KindOf(type, inputs);
        return inputs.Skip(1).Aggregate(inputs[0], (left, right) => Combine(node, left, right, kind, binary));
    }

    private static OnnxKind KindOf(string type, ImmutableArray<OnnxTensor> inputs) =>
        IsLogical(type) ? OnnxKind.Boolean : inputs[0].Kind;

    private static Func<double, double, double> WholeQuotient(NodeArguments node) =>
        (a, b) => b == 0 ? throw node.Error("it divides by zero") : Math.Truncate(a / b);

    private static OnnxTensor Combine(
        NodeArguments node, OnnxTensor left, OnnxTensor right, OnnxKind kind, Func<double, double, double> binary)
    {
        var shape = FoldingLimit.Require(node, Broadcast(node, left.Shape, right.Shape));
        var (a, b) = (left.Numbers, right.Numbers);
        var places = Arrays.Places(shape, Arrays.BroadcastStrides(left.Shape, shape))
            .Zip(Arrays.Places(shape, Arrays.BroadcastStrides(right.Shape, shape)));
        return OnnxTensor.Of(kind, shape, [.. places.Select(place => binary(a[place.First], b[place.Second]))]);
    }

    private static OnnxTensor Where(NodeArguments node, ImmutableArray<OnnxTensor> inputs)
    {
        var shape = FoldingLimit.Require(
            node, Broadcast(node, Broadcast(node, inputs[0].Shape, inputs[1].Shape), inputs[2].Shape));
        double[][] values = [.. inputs.Select(input => Spread(input, shape))];
        return OnnxTensor.Of(
            inputs[1].Kind,
            shape,
            [.. values[0].Select((condition, place) => condition != 0 ? values[1][place] : values[2][place])]);
    }

    private static double[] Spread(OnnxTensor tensor, ImmutableArray<long> shape)
    {
        var numbers = tensor.Numbers;
        return [.. Arrays.Places(shape, Arrays.BroadcastStrides(tensor.Shape, shape)).Select(place => numbers[place])];
    }

    private static ImmutableArray<long> Broadcast(NodeArguments node, ImmutableArray<long> a, ImmutableArray<long> b) =>
        Arrays.Broadcast(a, b) is { IsDefault: false } shape
            ? shape
            : throw node.Error($"its inputs [{string.Join(", ", a)}] and [{string.Join(", ", b)}] do not fit");
}
