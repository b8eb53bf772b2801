using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Probes;

/// <content>What moves numbers, and what stays as it is.</content>
internal static partial class Probes
{
    private static IEnumerable<Probe> Movement()
    {
        yield return Of("Concat", (f, x) => new(
            f.Node("Concat", [x.Name, f.Same("Sin", x).Name], ("axis", 1)), 1, 24, 8, 8));
        yield return Of("Split", (f, x) =>
        {
            var parts = f.Nodes("Split", 2, [x.Name], ("axis", 1));
            return new(f.Node("Mul", parts), 1, 6, 8, 8);
        });
        yield return Of("Slice", (f, x) => new(
            f.Node("Slice", [x.Name, f.Integers(1), f.Integers(7), f.Integers(2)]), 1, 12, 6, 8));
        yield return Of("Slice backwards", (f, x) => x with
        {
            Name = f.Node("Slice", [x.Name, f.Integers(-1), f.Integers(-99), f.Integers(3), f.Integers(-1)]),
        });
        yield return Of("Gather", (f, x) => new(
            f.Node("Gather", [x.Name, f.Integers(5, 0, 3)], ("axis", 1)), 1, 3, 8, 8));
        yield return Of("GatherElements by known places", (f, x) => new(
            f.Node(
                "GatherElements",
                [x.Name, f.Integers([1, 12, 8, 2], [.. Enumerable.Range(0, 192).Select(n => (long)(n % 16 - 8))])],
                ("axis", 3)),
            1, 12, 8, 2));
        yield return Of("GatherElements by computed places", (f, x) => new(
            f.Node("GatherElements", [f.Same("Sin", x).Name, f.Node("ArgMax", [x.Name], ("axis", 2))], ("axis", 2)),
            1, 12, 1, 8));
        yield return Of("Reshape", (f, x) => new(f.Node("Reshape", [x.Name, f.Integers(0, 3, 4, 64)]), 1, 3, 4, 64));
        yield return Of("Flatten", (f, x) => new(f.Node("Flatten", [x.Name]), 1, 768));
        yield return Of("Squeeze", (f, x) => new(
            f.Node("Squeeze", [f.Node("GlobalAveragePool", [x.Name]), f.Integers(2, 3)]), 1, 12));
        yield return Of("Unsqueeze", (f, x) => new(
            f.Node("Unsqueeze", [f.Vector(x).Name, f.Integers(2, 3)]), 1, 12, 1, 1));
        yield return Of("Transpose", (f, x) => new(
            f.Node("Transpose", [x.Name], ("perm", new[] { 0, 2, 3, 1 })), 1, 8, 8, 12));
        yield return Of("Tile", (f, x) => new(f.Node("Tile", [x.Name, f.Integers(1, 2, 1, 3)]), 1, 24, 8, 24));
        yield return Of("Expand", (f, x) => f.With(
            "Mul", x, f.Node("Expand", [f.Node("GlobalMaxPool", [x.Name]), f.Integers(1, 12, 8, 8)])));
        yield return Of("Pad", (f, x) => new(
            f.Node("Pad", [x.Name, f.Integers(0, 0, 1, 2, 0, 0, 0, 1)]), 1, 12, 9, 11));
        yield return Of("Pad, reflected", (f, x) => new(
            f.Node("Pad", [x.Name, f.Integers(0, 0, 1, 2, 0, 0, 1, 2)], ("mode", "reflect")), 1, 12, 10, 12));
        yield return Of("Pad of a sequence", (f, x) => new(
            f.Node("Pad", [f.Tokens(x).Name, f.Integers(0, 0, 3, 0, 0, 1)]), 1, 64, 16));
        yield return Of("DepthToSpace", (f, x) => new(
            f.Node("DepthToSpace", [x.Name], ("blocksize", 2)), 1, 3, 16, 16));
        yield return Of("SpaceToDepth", (f, x) => new(
            f.Node("SpaceToDepth", [x.Name], ("blocksize", 2)), 1, 48, 4, 4));
        yield return Of("Resize to the nearest", (f, x) => new(
            f.Node(
                "Resize", [x.Name, "", f.Floats([4], 1, 1, 2, 2)], ("mode", "nearest"), ("nearest_mode", "floor"),
                ("coordinate_transformation_mode", "asymmetric")),
            1, 12, 16, 16));
        yield return Of("Resize between", (f, x) => new(
            f.Node("Resize", [x.Name, "", f.Floats([4], 1, 1, 2, 2)], ("mode", "linear")), 1, 12, 16, 16));
        yield return Of("Upsample", (f, x) => new(
            f.Node("Upsample", [x.Name, f.Floats([4], 1, 1, 2, 2)], ("mode", "nearest")), 1, 12, 16, 16)) with
        { Opset = 9 };
        yield return Of("Compress", (f, x) => new(
            f.Node(
                "Compress", [x.Name, f.Bytes(DataType.Bool, [12], 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0)], ("axis", 1)),
            1, 6, 8, 8));
        yield return Of("Trilu", (f, x) => f.Same("Trilu", x));
        yield return Of("Trilu, lower", (f, x) => f.With("Trilu", x, f.Integers([], -1), ("upper", 0)));
        yield return Of("OneHot", (f, x) => new(
            f.Node(
                "OneHot",
                [
                    f.Node("ArgMax", [x.Name], ("axis", 1), ("keepdims", 0)), f.Integers([], 12), f.Floats([2], -1, 2),
                ],
                ("axis", 1)),
            1, 12, 8, 8));
        yield return Of("Shape", (f, x) => new(
            f.Node("Reshape", [x.Name, f.Node("Shape", [f.Node("Flatten", [x.Name])])]), 1, 768));
        yield return Of("Size", (f, x) => f.With(
            "Div", x, f.Node("Cast", [f.Node("Size", [x.Name])], ("to", (int)DataType.Float))));
        yield return Of("ConstantOfShape", (f, x) =>
        {
            var made = f.Node("ConstantOfShape", [f.Node("Shape", [x.Name])]);
            f.Graph.Node[^1].Attribute.Add(Value(0.5f));
            return f.With("Add", x, made);
        });
        yield return Of("Range", (f, x) => f.With(
            "Add", x, f.Node("Range", [f.Scalar(0), f.Scalar(8), f.Scalar(1)])));
        yield return Kept("GatherND", (f, x) => new(
            f.Node("GatherND", [x.Name, f.Integers([1, 3, 1], 4, 0, 2)], ("batch_dims", 1)), 1, 3, 8, 8));
        yield return Kept("ScatterElements", (f, x) => x with
        {
            Name = f.Node(
                "ScatterElements", [x.Name, f.Integers([1, 1, 1, 2], 1, 3), f.Floats([1, 1, 1, 2], 5, 6)], ("axis", 3)),
        });
        yield return Kept("ScatterND", (f, x) => x with
        {
            Name = f.Node("ScatterND", [x.Name, f.Integers([1, 4], 0, 1, 2, 3), f.Floats([1], 5)]),
        });
        yield return Kept("ReverseSequence", (f, x) => f.With(
            "ReverseSequence", x, f.Integers(5), ("batch_axis", 0), ("time_axis", 1)));
        yield return Kept("EyeLike", (f, x) => new(
            f.With("Add", f.Vector(x), f.Node("EyeLike", [f.Vector(x).Name])).Name, 1, 12));
        yield return Kept("CenterCropPad", (f, x) => new(
            f.Node("CenterCropPad", [x.Name, f.Integers(4, 4)], ("axes", new[] { 2, 3 })), 1, 12, 4, 4)) with
        { Opset = 18 };
    }

    private static IEnumerable<Probe> Others()
    {
        yield return Kept("Cast at the end", (f, x) => f.Same("Cast", x, ("to", (int)DataType.Int32))) with
        {
            IsEnd = true,
            EndType = DataType.Int32,
        };
        yield return Kept("TopK at the end", (f, x) => new(
            f.Nodes("TopK", 2, [x.Name, f.Integers(3)], ("axis", 1))[0], 1, 3, 8, 8)) with
        { IsEnd = true };
        yield return Kept("NonZero", (f, x) => new(f.Node("NonZero", [f.Same("Relu", x).Name]), 1, 1)) with
        {
            IsEnd = true,
            EndType = DataType.Int64,
        };
        yield return Kept("NonMaxSuppression", (f, x) =>
        {
            var scores = f.Node("Reshape", [x.Name, f.Integers(1, 12, 64)]);
            var boxes = f.Node("Slice", [scores, f.Integers(0), f.Integers(4), f.Integers(1)]);
            boxes = f.Node("Transpose", [boxes], ("perm", new[] { 0, 2, 1 }));
            return new(f.Node("NonMaxSuppression", [boxes, scores, f.Integers(3), f.Scalar(0.5f)]), 1, 3);
        }) with
        { IsEnd = true, EndType = DataType.Int64 };
        yield return Kept("Unique", (f, x) => new(f.Node("Unique", [f.Same("Round", x).Name]), 1)) with
        {
            IsEnd = true,
        };
        yield return Kept("Compress by a computed condition", (f, x) => new(
            f.Node("Compress", [x.Name, f.Node("Reshape", [f.Above(x), f.Integers(-1)])]), 1)) with
        { IsEnd = true };
        yield return Of("GridSample", (f, x) =>
        {
            var places = f.Same("Tanh", f.Conv("grid", x, 2)).Name;
            return f.With("GridSample", x, f.Node("Transpose", [places], ("perm", new[] { 0, 2, 3, 1 })));
        });
        yield return Kept("Det", (f, x) => new(f.Node("Det", [x.Name]), 1, 12));
        yield return Kept("RoiAlign", (f, x) => new(
            f.Node(
                "RoiAlign", [x.Name, f.Floats([1, 4], 0, 0, 4, 4), f.Integers(0)], ("output_height", 2),
                ("output_width", 2)),
            1, 12, 2, 2));
        yield return Of("If, known", (f, x) =>
        {
            var made = f.Node("If", [f.Bytes(DataType.Bool, [], 1)]);
            f.Branch("then_branch", "Sin", x.Name);
            f.Branch("else_branch", "Neg", x.Name);
            return x with { Name = made };
        });
        yield return Kept("If", (f, x) =>
        {
            var largest = f.Node("ReduceMax", [x.Name], ("keepdims", 0));
            var made = f.Node("If", [f.Node("Greater", [largest, f.Scalar(9)])]);
            f.Branch("then_branch", "Sin", x.Name);
            f.Branch("else_branch", "Neg", x.Name);
            return x with { Name = made };
        });
        yield return Kept("Loop", (f, x) =>
        {
            var made = f.Node("Loop", [f.Integers([], 2), "", x.Name]);
            f.Attach("body", Doubling());
            return x with { Name = made };
        });
        yield return Kept("SequenceConstruct", (f, x) => x with
        {
            Name = f.Node("SequenceAt", [f.Node("SequenceConstruct", [x.Name]), f.Integers([], 0)]),
        });
        yield return Kept("RandomNormalLike", (f, x) => f.With(
            "Add", x, f.Node("RandomNormalLike", [x.Name], ("scale", 1e-30f), ("seed", 1f))));
        yield return Kept("Bernoulli", (f, x) => f.Same("Bernoulli", f.Same("Sign", f.Same("Relu", x)), ("seed", 1f)));
        yield return Kept("DFT", (f, x) => new(
            f.Node("DFT", [f.Node("Unsqueeze", [x.Name, f.Integers(4)])], ("axis", 3)), 1, 12, 8, 8, 2));
        yield return Kept("Twice, a function", (f, x) =>
        {
            var made = f.Same("Twice", x);
            f.Graph.Node[^1].Domain = "own";
            f.Add(Twice());
            return made;
        }) with
        { Domain = "own" };
        yield return Kept("QuickGelu of com.microsoft", (f, x) =>
        {
            var made = f.Same("QuickGelu", x);
            f.Graph.Node[^1].Domain = "com.microsoft";
            return made;
        }) with
        { Domain = "com.microsoft" };
    }
}
