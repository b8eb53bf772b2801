using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>An attribute of an ONNX node: a name and a value.</summary>
public sealed class OnnxAttribute
{
    private OnnxAttribute(AttributeProto message)
    {
        Message = message;
    }

    internal AttributeProto Message { get; }

    /// <summary>An integer.</summary>
    public static OnnxAttribute Int(string name, long value) =>
        new(new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value });

    /// <summary>An integer: 1 for true, 0 for false.</summary>
    public static OnnxAttribute Flag(string name, bool value) => Int(name, value ? 1 : 0);

    /// <summary>A number; ONNX stores 32 bits.</summary>
    public static OnnxAttribute Float(string name, double value) =>
        new(new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)value });

    /// <summary>A string.</summary>
    public static OnnxAttribute Text(string name, string value) => new(new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.String,
        S = Google.Protobuf.ByteString.CopyFromUtf8(value),
    });

    /// <summary>Integers, such as axes.</summary>
    public static OnnxAttribute Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values.ToArray());
        return new(attribute);
    }

    /// <summary>The height's value and the width's.</summary>
    public static OnnxAttribute Pair(string name, Pair pair) => Ints(name, pair.Height, pair.Width);

    internal static OnnxAttribute Floats(string name, params ReadOnlySpan<float> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Floats };
        attribute.Floats.AddRange(values.ToArray());
        return new(attribute);
    }

    internal static OnnxAttribute Texts(string name, params ReadOnlySpan<string> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Strings };
        foreach (var value in values)
        {
            attribute.Strings.Add(Google.Protobuf.ByteString.CopyFromUtf8(value));
        }

        return new(attribute);
    }
    /// <summary>The target type of a Cast.</summary>
    internal static OnnxAttribute To(TensorProto.Types.DataType type) => Int("to", (long)type);

    internal static OnnxAttribute Tensor(string name, TensorProto value) =>
        new(new() { Name = name, Type = AttributeProto.Types.AttributeType.Tensor, T = value });

    /// <summary>Padding in ONNX's order: first all sizes before, then all sizes after.</summary>
    internal static OnnxAttribute Pads(long[] before, long[] after) => Ints("pads", [.. before, .. after]);
}
