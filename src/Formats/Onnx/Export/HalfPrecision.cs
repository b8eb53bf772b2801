using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Export;

/// <summary>Converts constants, casts, inputs and outputs to 16-bit floats in a graph with 16-bit weights.</summary>
internal static class HalfPrecision
{
    // ONNX defines these for 32-bit floats only (CumSum before opset 14).
    private static readonly string[] FloatOnly = ["Celu", "CumSum"];

    /// <summary>Changes a graph.</summary>
    public static void Apply(GraphProto graph)
    {
        // Positions and scales of a Resize are always 32-bit floats.
        var exempt = graph.Node.Where(node => node.OpType == "Resize")
            .SelectMany(node => node.Input.Skip(1))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var tensor in graph.Initializer.Where(tensor => !exempt.Contains(tensor.Name)))
        {
            Convert(tensor);
        }

        foreach (var attribute in graph.Node.SelectMany(node => node.Attribute))
        {
            if (attribute.Type == AttributeType.Tensor)
            {
                Convert(attribute.T);
            }
        }

        foreach (var to in graph.Node.Where(node => node.OpType == "Cast").SelectMany(node => node.Attribute))
        {
            to.I = to.I == (int)DataType.Float ? (int)DataType.Float16 : to.I;
        }

        foreach (var node in graph.Node.Where(node => FloatOnly.Contains(node.OpType)).ToList())
        {
            var place = graph.Node.IndexOf(node);
            var (wide, result) = ($"{node.Name}/wide", $"{node.Name}/result");
            graph.Node.Insert(place + 1, TypedEnds.Cast(result, node.Output[0], DataType.Float16));
            graph.Node.Insert(place, TypedEnds.Cast(node.Input[0], wide, DataType.Float));
            (node.Input[0], node.Output[0]) = (wide, result);
        }

        foreach (var value in graph.Input.Concat(graph.Output).Select(value => value.Type.TensorType))
        {
            value.ElemType = value.ElemType == (int)DataType.Float ? (int)DataType.Float16 : value.ElemType;
        }
    }

    private static void Convert(TensorProto tensor)
    {
        if (tensor.DataType == (int)DataType.Float)
        {
            Half[] halves = [.. MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray().Select(ToHalf)];
            tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<Half>(halves));
            tensor.DataType = (int)DataType.Float16;
        }
    }

    // An epsilon that avoids division by 0 must not become 0.
    private static Half ToHalf(float number) =>
        (Half)number is var half && half == Half.Zero && number > 0 ? Half.Epsilon : (Half)number;
}
