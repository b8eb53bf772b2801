using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Probes;

/// <content>Layers with weights, norms, pools, reductions.</content>
internal static partial class Probes
{
    private static IEnumerable<Probe> Layers()
    {
        yield return Of("Conv", (f, x) => f.Conv("middle", x, 8, kernel: 3));
        yield return Of("Conv, depthwise", (f, x) => x with
        {
            Name = f.Node(
                "Conv", [x.Name, f.Weight("middle.weight", 12, 1, 3, 3)], ("group", 12),
                ("pads", new[] { 1, 1, 1, 1 })),
        });
        yield return Of("Conv over sequences", (f, x) => new(
            f.Node("Conv", [f.Node("Reshape", [x.Name, f.Integers(0, 12, 64)]), f.Weight("middle.weight", 7, 12, 3)]),
            1, 7, 62));
        yield return Of("ConvTranspose", (f, x) => new(
            f.Node("ConvTranspose", [x.Name, f.Weight("middle.weight", 12, 7, 2, 2)], ("strides", new[] { 2, 2 })),
            1, 7, 16, 16));
        yield return Of("Gemm", (f, x) => new(
            f.Node("Gemm", [f.Vector(x).Name, f.Weight("middle.weight", 12, 7)]), 1, 7));
        yield return Of("MatMul", (f, x) => new(
            f.Node("MatMul", [f.Tokens(x).Name, f.Weight("middle.weight", 12, 7)]), 1, 64, 7));
        yield return Of("MatMul of two values", (f, x) => x with
        {
            Name = f.Node("MatMul", [x.Name, f.Node("Transpose", [x.Name], ("perm", new[] { 0, 1, 3, 2 }))]),
        });
        yield return Of("Einsum", (f, x) => new(
            f.Node("Einsum", [x.Name, f.Weight("middle.weight", 12, 7)], ("equation", "bchw,cd->bdhw")), 1, 7, 8, 8));
        yield return Of("LSTM", (f, x) => Recurrent(f, x, "LSTM", 4));
        yield return Of("GRU", (f, x) => Recurrent(f, x, "GRU", 3, ("linear_before_reset", 1)));
        yield return Of("Gather of rows of a table", (f, x) => new(
            f.Node("Gather", [f.Weight("table", 12, 7), f.Node("ArgMax", [x.Name], ("axis", 1), ("keepdims", 0))]),
            1, 8, 8, 7));
        yield return Of("BatchNormalization", (f, x) => x with
        {
            Name = f.Node(
                "BatchNormalization",
                [x.Name, .. new[] { "scale", "bias", "mean", "var" }.Select(part => f.Floats([12], 0.7f))]),
        });
        yield return Of("InstanceNormalization", (f, x) => x with
        {
            Name = f.Node("InstanceNormalization", [x.Name, f.Floats([12], 1.2f), f.Floats([12], 0.1f)]),
        });
        yield return Of("GroupNormalization", (f, x) => x with
        {
            Name = f.Node(
                "GroupNormalization", [x.Name, f.Floats([12], 1.2f), f.Floats([12], 0.1f)], ("num_groups", 3)),
        }) with
        { Opset = 21 };
        yield return Of("LayerNormalization", (f, x) => f.With(
            "LayerNormalization", f.Tokens(x), f.Floats([12], 1.2f)));
        yield return Of("RMSNormalization", (f, x) => f.With(
            "RMSNormalization", f.Tokens(x), f.Floats([12], 1.2f))) with
        { Opset = 23 };
        yield return Of("LRN", (f, x) => f.Same("LRN", x, ("size", 3)));
        foreach (var type in new[] { "AveragePool", "LpPool", "MaxPool" })
        {
            yield return Of(type, (f, x) => new(
                f.Node(type, [x.Name], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })), 1, 12, 4, 4));
            yield return Of($"Global{type}", (f, x) => new(f.Node($"Global{type}", [x.Name]), 1, 12, 1, 1));
        }

        yield return Kept("MaxPool and its places", (f, x) =>
        {
            var pooled = f.Nodes(
                "MaxPool", 2, [x.Name], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
            return x with
            {
                Name = f.Node(
                    "MaxUnpool", pooled, ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })),
            };
        });
        yield return Kept("ConvInteger", (f, x) =>
        {
            var bytes = f.Same("Cast", f.With("Mul", f.Share(x), f.Scalar(90)), ("to", (int)DataType.Uint8));
            var weight = f.Bytes(DataType.Uint8, [5, 12, 1, 1], [.. Enumerable.Range(0, 60).Select(n => (byte)n)]);
            return new(f.Real(f.With("ConvInteger", bytes, weight)).Name, 1, 5, 8, 8);
        });
        yield return Kept("MatMulInteger", (f, x) =>
        {
            var bytes = f.Same("Cast", f.With("Mul", f.Share(f.Vector(x)), f.Scalar(90)), ("to", (int)DataType.Uint8));
            var weight = f.Bytes(DataType.Uint8, [12, 5], [.. Enumerable.Range(0, 60).Select(n => (byte)n)]);
            return new(f.Real(f.With("MatMulInteger", bytes, weight)).Name, 1, 5);
        });
        yield return Kept("QLinearMatMul", (f, x) =>
        {
            var (scale, zero) = (f.Scalar(0.01f), f.Bytes(DataType.Uint8, [], 0));
            var bytes = f.Node("QuantizeLinear", [f.Share(f.Vector(x)).Name, scale, zero]);
            var weight = f.Bytes(DataType.Uint8, [12, 5], [.. Enumerable.Range(0, 60).Select(n => (byte)n)]);
            var made = f.Node("QLinearMatMul", [bytes, scale, zero, weight, scale, zero, f.Scalar(0.05f), zero]);
            return new(f.Node("DequantizeLinear", [made, f.Scalar(0.05f), zero]), 1, 5);
        });
        yield return Kept("DynamicQuantizeLinear", (f, x) =>
        {
            var made = f.Nodes("DynamicQuantizeLinear", 3, [f.Vector(x).Name]);
            return new(f.Node("DequantizeLinear", made), 1, 12);
        });
    }

    private static IEnumerable<Probe> Reductions()
    {
        foreach (var kind in new[]
        {
            "L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare",
        })
        {
            yield return Of($"Reduce{kind}", (f, x) => new(
                f.Node($"Reduce{kind}", [f.Share(x).Name], ("axes", new[] { 3 })), 1, 12, 8, 1));
        }

        yield return Of("ReduceSum", (f, x) => new(f.Node("ReduceSum", [x.Name, f.Integers(2, 3)]), 1, 12, 1, 1));
        yield return Of("ReduceMean of channels", (f, x) => new(
            f.Node("ReduceMean", [x.Name], ("axes", new[] { 1 })), 1, 1, 8, 8));
        yield return Kept("ReduceMax over the batch", (f, x) => f.With(
            "Sub", x, f.Node("ReduceMax", [x.Name], ("axes", new[] { 0, 1, 2, 3 }))));
        yield return Of("ArgMax", (f, x) => f.Real(new(
            f.Node("ArgMax", [x.Name], ("axis", 2)), 1, 12, 1, 8)));
        yield return Of("ArgMax, the last", (f, x) => f.Real(new(
            f.Node("ArgMax", [x.Name], ("axis", 2), ("select_last_index", 1)), 1, 12, 1, 8)));
        yield return Of("ArgMin", (f, x) => f.Real(new(
            f.Node("ArgMin", [x.Name], ("axis", 3), ("keepdims", 1)), 1, 12, 8, 1)));
        yield return Kept("ArgMax at the end", (f, x) => new(f.Node("ArgMax", [x.Name], ("axis", 1)), 1, 1, 8, 8)) with
        {
            IsEnd = true,
            EndType = DataType.Int64,
        };
        yield return Of("TopK", (f, x) => new(
            f.Nodes("TopK", 2, [x.Name, f.Integers(3)], ("axis", 3))[0], 1, 12, 8, 3));
        yield return Of("TopK, the smallest places", (f, x) => f.Real(new(
            f.Nodes("TopK", 2, [x.Name, f.Integers(3)], ("axis", 2), ("largest", 0))[1], 1, 12, 3, 8)));
        yield return Of("CumSum", (f, x) => f.With("CumSum", x, f.Integers([], 2)));
        yield return Of("CumSum, exclusive and reverse", (f, x) =>
            f.With("CumSum", x, f.Integers([], 3), ("exclusive", 1), ("reverse", 1)));
    }

    // Of a sequence [1, 64, 12].
    private static Shaped Recurrent(
        ProbeFile f, Shaped x, string type, int gates, params (string Name, object Value)[] attributes)
    {
        var steps = f.Node("Transpose", [f.Tokens(x).Name], ("perm", new[] { 1, 0, 2 }));
        var made = f.Node(
            type,
            [
                steps, f.Weight("rnn.w", 1, gates * 6, 12), f.Weight("rnn.r", 1, gates * 6, 6),
                f.Weight("rnn.b", 1, gates * 12),
            ],
            [("hidden_size", 6), .. attributes]);
        var squeezed = f.Node("Squeeze", [made, f.Integers(1)]);
        return new(f.Node("Transpose", [squeezed], ("perm", new[] { 1, 0, 2 })), 1, 64, 6);
    }

    // As scripts write what the exporter has no operator for.
    private static FunctionProto Twice() => new()
    {
        Domain = "own",
        Name = "Twice",
        Input = { "v" },
        Output = { "w" },
        Node = { new NodeProto { OpType = "Add", Input = { "v", "v" }, Output = { "w" } } },
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
    };

    private static GraphProto Doubling()
    {
        var body = new GraphProto { Name = "body" };
        body.Input.AddRange(
        [
            ProbeFile.Info("count", DataType.Int64, isScalar: true),
            ProbeFile.Info("before", DataType.Bool, isScalar: true), ProbeFile.Info("state", DataType.Float),
        ]);
        body.Node.Add(new NodeProto { OpType = "Identity", Input = { "before" }, Output = { "after" } });
        body.Node.Add(new NodeProto { OpType = "Add", Input = { "state", "state" }, Output = { "next" } });
        body.Output.AddRange(
            [ProbeFile.Info("after", DataType.Bool, isScalar: true), ProbeFile.Info("next", DataType.Float)]);
        return body;
    }

    private static AttributeProto Value(float number)
    {
        var tensor = new TensorProto { DataType = (int)DataType.Float, Dims = { 1 }, FloatData = { number } };
        return new() { Name = "value", Type = AttributeType.Tensor, T = tensor };
    }
}
