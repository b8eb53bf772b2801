using System.Runtime.InteropServices;
using Ocs.Formats.Onnx.Export;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Quantization;

/// <summary>Folds Transposes of weights, so that layers read stored weights.</summary>
internal static class ConstantTransposes
{
    /// <summary>Changes a graph, and removes weights without readers.</summary>
    public static void Fold(GraphProto graph)
    {
        var constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var folded = graph.Node.Where(node => node.OpType == "Transpose"
            && constants.TryGetValue(node.Input[0], out var tensor)
            && tensor is { Dims.Count: 2, DataType: (int)DataType.Float }).ToList();
        foreach (var node in folded)
        {
            graph.Node.Remove(node);
            graph.Initializer.Add(Transposed(constants[node.Input[0]], node.Output[0]));
        }

        var read = graph.Node.SelectMany(node => node.Input).ToHashSet(StringComparer.Ordinal);
        foreach (var name in folded.Select(node => node.Input[0]).Distinct().Where(name => !read.Contains(name)))
        {
            graph.Initializer.Remove(constants[name]);
        }
    }

    private static TensorProto Transposed(TensorProto tensor, string name)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span);
        var (rows, columns) = ((int)tensor.Dims[0], (int)tensor.Dims[1]);
        var transposed = new float[numbers.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                transposed[column * rows + row] = numbers[row * columns + column];
            }
        }

        return OnnxWeights.Message(
            name, DataType.Float, [columns, rows], MemoryMarshal.AsBytes<float>(transposed));
    }
}
