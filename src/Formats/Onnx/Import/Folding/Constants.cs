using System.Collections.Immutable;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>Operators that give constants: Constant, Shape, Cast and so on.</summary>
internal static class Constants
{
    public static OnnxKind KindOf(NodeArguments node, long type) => (DataType)type switch
    {
        DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double => OnnxKind.Float,
        DataType.Bool => OnnxKind.Boolean,
        DataType.Int8 or DataType.Int16 or DataType.Int32 or DataType.Int64 or DataType.Uint8 or DataType.Uint16
            or DataType.Uint32 or DataType.Uint64 => OnnxKind.Integer,
        var other => throw node.Error($"it casts to the type {other}, which is not supported"),
    };

    /// <summary>The attribute that holds a constant's value.</summary>
    public static OnnxTensor Constant(NodeArguments node)
    {
        var attributes = node.Node;
        return attributes.Tensor("value")
            ?? (attributes.Has("value_int") ? OnnxTensor.Of(OnnxKind.Integer, [], [attributes.Int("value_int", 0)])
            : attributes.Has("value_float") ? OnnxTensor.Of(OnnxKind.Float, [], [attributes.Float("value_float", 0)])
            : attributes.Ints("value_ints") is { } integers ? OnnxTensor.Of(integers)
            : attributes.Floats("value_floats") is { } floats ? OnnxTensor.OfFloats([floats.Length], () => floats)
            : throw node.Error("its value is neither a tensor nor numbers"));
    }

    /// <summary>The shape of a value, or a range of it.</summary>
    public static OnnxTensor Shape(NodeArguments node)
    {
        var shape = node.Shape(0);
        int Bound(long bound) => (int)Math.Clamp(bound < 0 ? bound + shape.Length : bound, 0, shape.Length);
        var (start, end) = (Bound(node.Node.Int("start", 0)), Bound(node.Node.Int("end", shape.Length)));
        return OnnxTensor.Of([.. shape[start..Math.Max(start, end)]]);
    }

    public static OnnxTensor ConstantOfShape(NodeArguments node, OnnxTensor shapeOf)
    {
        var value = node.Node.Tensor("value");
        var shape = FoldingLimit.Require(node, [.. shapeOf.Integers]);
        var numbers = new double[OnnxTensor.CountOf(shape)];
        Array.Fill(numbers, value is { IsScalar: true } ? value.Numbers[0] : 0);
        return OnnxTensor.Of(value?.Kind ?? OnnxKind.Float, shape, numbers);
    }

    public static OnnxTensor Range(NodeArguments node, ImmutableArray<OnnxTensor> inputs)
    {
        if (inputs.Length != 3 || !inputs.All(input => input.IsScalar))
        {
            throw node.Error("a range has a start, a limit and a step");
        }

        var (start, limit, step) = (inputs[0].Numbers[0], inputs[1].Numbers[0], inputs[2].Numbers[0]);
        var count = Math.Max(0, Math.Ceiling((limit - start) / step));
        var shape = FoldingLimit.Require(node, [double.IsFinite(count) ? (long)count : -1]);
        return OnnxTensor.Of(
            inputs[0].Kind, shape, [.. Enumerable.Range(0, (int)shape[0]).Select(index => start + index * step)]);
    }

    public static OnnxTensor Cast(NodeArguments node, OnnxTensor input)
    {
        var kind = KindOf(node, node.Node.Int("to", 0));
        return kind == input.Kind ? input : OnnxTensor.Of(kind, FoldingLimit.Require(node, input.Shape), input.Numbers);
    }
}
