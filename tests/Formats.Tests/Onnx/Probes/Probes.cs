using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Probes;

/// <summary>The operators that are probed, a line each.</summary>
internal static partial class Probes
{
    public static IReadOnlyList<Probe> All { get; } =
        [.. Functions(), .. Binary(), .. Logic(), .. Layers(), .. Reductions(), .. Movement(), .. Others()];

    private static Probe Of(string name, Func<ProbeFile, Shaped, Shaped> body) => new(name, body);

    private static Probe Kept(string name, Func<ProbeFile, Shaped, Shaped> body) => new(name, body) { IsKept = true };

    // Functions of each element, on numbers that they have a value for.
    private static IEnumerable<Probe> Functions()
    {
        foreach (var type in new[]
        {
            "Abs", "Asinh", "Atan", "Ceil", "Celu", "Cos", "Elu", "Erf", "Floor", "HardSigmoid", "HardSwish",
            "Identity", "LeakyRelu", "Neg", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Softplus",
            "Softsign", "Tanh", "ThresholdedRelu",
        })
        {
            yield return Of(type, (f, x) => f.Same(type, x));
        }

        foreach (var type in new[]
        {
            "Acos", "Asin", "Atanh", "Cosh", "Exp", "Log", "Reciprocal", "Sinh", "Sqrt", "Tan",
        })
        {
            yield return Of(type, (f, x) => f.Same(
                type, f.With("Add", f.With("Mul", f.Share(x), f.Scalar(0.9f)), f.Scalar(0.05f))));
        }

        yield return Of("Acosh", (f, x) => f.Same("Acosh", f.With("Add", f.Share(x), f.Scalar(1.1f))));
        yield return Of("Gelu", (f, x) => f.Same("Gelu", x)) with { Opset = 20 };
        yield return Of("Gelu, tanh", (f, x) => f.Same("Gelu", x, ("approximate", "tanh"))) with { Opset = 20 };
        yield return Of("Mish", (f, x) => f.Same("Mish", x)) with { Opset = 18 };
        yield return Of("Clip to 6", (f, x) =>
            x with { Name = f.Node("Clip", [x.Name, f.Scalar(0), f.Scalar(6)]) });
        yield return Of("Clip", (f, x) => x with { Name = f.Node("Clip", [x.Name, f.Scalar(-0.5f), f.Scalar(0.7f)]) });
        yield return Of("PRelu", (f, x) => f.With("PRelu", x, f.Weight("slope", 12, 1, 1)));
        yield return Of("PRelu by position", (f, x) => f.With("PRelu", x, f.Weight("slope", 12, 8, 8)));
        yield return Of("Softmax", (f, x) => f.Same("Softmax", x, ("axis", 3)));
        yield return Of("LogSoftmax", (f, x) => f.Same("LogSoftmax", x, ("axis", 1)));
        yield return Of("Hardmax", (f, x) => f.Same("Hardmax", x, ("axis", 3)));
        yield return Of("LpNormalization", (f, x) => f.Same("LpNormalization", x, ("axis", 1)));
        yield return Of("LpNormalization of magnitudes", (f, x) =>
            f.Same("LpNormalization", x, ("axis", 3), ("p", 1)));
        yield return Of("MeanVarianceNormalization", (f, x) =>
            f.Same("MeanVarianceNormalization", x, ("axes", new[] { 2, 3 })));
        yield return Kept("MeanVarianceNormalization over the batch", (f, x) => f.Same("MeanVarianceNormalization", x));
        yield return Of("Dropout", (f, x) => f.Same("Dropout", x));
        yield return Of("Cast to other floats", (f, x) => f.Real(f.Same(
            "Cast", f.Share(x), ("to", (int)DataType.Double))));
        yield return Of("Cast to whole numbers", (f, x) => f.Real(f.Same(
            "Cast", f.With("Mul", x, f.Scalar(3)), ("to", (int)DataType.Int64))));
        yield return Of("Cast to truth values", (f, x) => f.Real(f.Same(
            "Cast", f.Same("Relu", x), ("to", (int)DataType.Bool))));
        yield return Of("CastLike", (f, x) => f.Real(f.With("CastLike", f.With("Mul", x, f.Scalar(3)), f.Integers(1))));
        yield return Of("QuantizeLinear, DequantizeLinear", (f, x) =>
        {
            // Whole numbers, of which the rounding leaves nothing out.
            var (scale, zero) = (f.Scalar(1), f.Bytes(DataType.Uint8, [], 128));
            var whole = f.Same("Round", f.With("Mul", x, f.Scalar(3)));
            var rounded = f.Node("QuantizeLinear", [whole.Name, scale, zero]);
            return x with { Name = f.Node("DequantizeLinear", [rounded, scale, zero]) };
        });
    }

    private static IEnumerable<Probe> Binary()
    {
        foreach (var type in new[] { "Add", "Sub", "Mul", "Max", "Min", "Sum", "Mean" })
        {
            yield return Of(type, (f, x) => f.With(type, x, f.Same("Sin", x).Name));
            yield return Of($"{type} of a constant", (f, x) => f.With(type, x, f.Floats([12, 1, 1], 0.7f)));
        }

        yield return Of("Div", (f, x) => f.With("Div", x, f.With("Add", f.Share(x), f.Scalar(1)).Name));
        yield return Of("Div of a constant", (f, x) =>
            x with { Name = f.Node("Div", [f.Scalar(2), f.With("Add", f.Share(x), f.Scalar(1)).Name]) });
        yield return Of("Div of whole numbers", (f, x) => f.Real(f.With(
            "Div", f.Same("Cast", f.With("Mul", x, f.Scalar(9)), ("to", (int)DataType.Int64)), f.Integers(2))));
        yield return Of("Mod", (f, x) => f.With("Mod", x, f.Floats([1], 0.3f), ("fmod", 1)));
        yield return Of("Mod of whole numbers", (f, x) => f.Real(f.With(
            "Mod", f.Same("Cast", f.With("Mul", x, f.Scalar(9)), ("to", (int)DataType.Int64)), f.Integers(3))));
        yield return Of("Pow by a number", (f, x) => f.With("Pow", x, f.Scalar(2)));
        yield return Of("Pow by channel", (f, x) =>
            f.With("Pow", f.Share(x), f.Floats([12, 1, 1], [.. Enumerable.Range(1, 12).Select(n => n / 6f)])));
        yield return Of("Pow by a value", (f, x) => f.With("Pow", f.Share(x), f.Same("Sin", x).Name));
        yield return Kept("BitShift", (f, x) =>
        {
            var whole = f.Same("Cast", f.With("Mul", f.Share(x), f.Scalar(9)), ("to", (int)DataType.Uint8));
            var one = f.Bytes(DataType.Uint8, [], 1);
            return f.Real(f.With("BitShift", whole, one, ("direction", "RIGHT")));
        });
        yield return Kept("BitwiseAnd", (f, x) =>
        {
            var whole = f.Same("Cast", f.With("Mul", f.Share(x), f.Scalar(9)), ("to", (int)DataType.Int32));
            return f.Real(f.With("BitwiseAnd", whole, whole.Name));
        }) with
        { Opset = 18 };
    }

    private static IEnumerable<Probe> Logic()
    {
        foreach (var type in new[] { "Greater", "GreaterOrEqual", "Less", "LessOrEqual" })
        {
            yield return Of($"{type} than a constant", (f, x) => f.Real(f.With(type, x, f.Scalar(0.1f))));
            yield return Of($"{type} than a value", (f, x) => f.Real(f.With(type, x, f.Same("Sin", x).Name)));
        }

        yield return Of("Equal to a constant", (f, x) => f.Real(f.With("Equal", f.Same("Relu", x), f.Scalar(0))));
        yield return Of("Equal to a value", (f, x) => f.Real(f.With(
            "Equal", f.Same("Relu", x), f.Same("Relu", f.Same("Neg", x)).Name)));
        foreach (var type in new[] { "And", "Or", "Xor" })
        {
            yield return Of(type, (f, x) => f.Real(x with { Name = f.Node(type, [f.Above(x), f.Above(x, 0.3f)]) }));
            yield return Of($"{type} of a constant", (f, x) => f.Real(
                x with { Name = f.Node(type, [f.Above(x), f.Mask(1, 1, 8, 8)]) }));
        }

        yield return Of("Not", (f, x) => f.Real(x with { Name = f.Node("Not", [f.Above(x)]) }));
        yield return Of("IsNaN", (f, x) => f.Real(f.Same("IsNaN", f.Same("Log", x))));
        yield return Of("IsInf", (f, x) => f.Real(f.Same("IsInf", f.Same("Reciprocal", f.Same("Relu", x)))));
        yield return Of("Where by a known mask", (f, x) =>
            x with { Name = f.Node("Where", [f.Mask(1, 1, 8, 8), x.Name, f.Scalar(-3)]) });
        yield return Of("Where by a computed mask", (f, x) =>
            x with { Name = f.Node("Where", [f.Above(x), x.Name, f.Same("Sin", x).Name]) });
        yield return Of("Where by a computed mask, of minus infinity", (f, x) => f.Same(
            "Softmax",
            x with { Name = f.Node("Where", [f.Above(x, -1.5f), x.Name, f.Scalar(float.NegativeInfinity)]) },
            ("axis", 3)));
        yield return Of("Where of two constants", (f, x) =>
            x with { Name = f.Node("Where", [f.Above(x), f.Scalar(2), f.Floats([1, 1, 1, 8], 0.5f)]) });
        yield return Kept("Greater at the end", (f, x) => f.With("Greater", x, f.Scalar(0))) with
        {
            IsEnd = true,
            EndType = DataType.Bool,
        };
    }
}
