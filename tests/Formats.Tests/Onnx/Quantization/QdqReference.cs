using System.Runtime.InteropServices;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Quantization;

/// <summary>
/// ONNX's definition of a small network with QuantizeLinear and DequantizeLinear, in 64-bit floats and plain loops.
/// </summary>
internal sealed class QdqReference
{
    private readonly Dictionary<string, Values> _values = new(StringComparer.Ordinal);

    /// <summary>The first output for an input.</summary>
    public static double[] Run(GraphProto graph, float[] input, params long[] shape)
    {
        var reference = new QdqReference();
        foreach (var tensor in graph.Initializer)
        {
            reference._values[tensor.Name] = new(Numbers(tensor), [.. tensor.Dims]);
        }

        reference._values[graph.Input[0].Name] = new(Array.ConvertAll(input, number => (double)number), shape);
        foreach (var node in graph.Node)
        {
            reference._values[node.Output[0]] = reference.Compute(node);
        }

        return reference._values[graph.Output[0].Name].Data;
    }

    private static double[] Numbers(TensorProto tensor) => (DataType)tensor.DataType switch
    {
        DataType.Float => Cast<float>(tensor, number => number),
        DataType.Int8 => Cast<sbyte>(tensor, number => number),
        DataType.Uint8 => Cast<byte>(tensor, number => number),
        DataType.Int32 => Cast<int>(tensor, number => number),
        DataType.Int64 => Cast<long>(tensor, number => number),
        _ => throw new NotSupportedException($"{tensor.Name}"),
    };

    private static double[] Cast<T>(TensorProto tensor, Converter<T, double> convert)
        where T : unmanaged => Array.ConvertAll(MemoryMarshal.Cast<byte, T>(tensor.RawData.Span).ToArray(), convert);

    private static long[] Ints(NodeProto node, string name, params long[] usual) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.Ints.ToArray() ?? usual;

    private static long Int(NodeProto node, string name, long usual) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? usual;

    private Values Compute(NodeProto node)
    {
        Values[] inputs = [.. node.Input.Select(name => _values[name])];
        var x = inputs[0];
        return node.OpType switch
        {
            "QuantizeLinear" => x with { Data = Array.ConvertAll(x.Data, number => Quantize(number, inputs)) },
            "DequantizeLinear" => Dequantize(inputs, (int)Int(node, "axis", 1)),
            "Conv" => Convolve(node, inputs),
            "Gemm" => Multiply(node, inputs),
            "Relu" => x with { Data = Array.ConvertAll(x.Data, number => Math.Max(number, 0)) },
            "Clip" => x with
            {
                Data = Array.ConvertAll(x.Data, number => Math.Clamp(number, inputs[1].Data[0], inputs[2].Data[0])),
            },
            "Pad" => Pad(x, inputs[1].Data),
            "Add" => x with { Data = [.. x.Data.Zip(inputs[1].Data, (a, b) => a + b)] },
            "MaxPool" => Pool(node, x),
            "GlobalAveragePool" => new(
                [.. x.Data.Chunk((int)(x.Shape[2] * x.Shape[3])).Select(plane => plane.Average())],
                [x.Shape[0], x.Shape[1], 1, 1]),
            "Flatten" => x with { Shape = [x.Shape[0], x.Data.Length / x.Shape[0]] },
            _ => throw new NotSupportedException(node.OpType),
        };
    }

    private static double Quantize(double number, Values[] inputs) => Math.Clamp(
        Math.Round(number / inputs[1].Data[0], MidpointRounding.ToEven) + inputs[2].Data[0], byte.MinValue,
        byte.MaxValue);

    private static Values Dequantize(Values[] inputs, int axis)
    {
        var (x, scale) = (inputs[0], inputs[1].Data);
        var zero = inputs.Length > 2 ? inputs[2].Data : [0];
        var inner = scale.Length == 1 ? 1 : x.Shape.Skip(axis + 1).Aggregate(1L, (product, size) => product * size);
        return x with
        {
            Data = [.. x.Data.Select((number, index) =>
                (number - zero[index / inner % zero.Length]) * scale[index / inner % scale.Length])],
        };
    }

    private static Values Convolve(NodeProto node, Values[] inputs)
    {
        var (x, w, b) = (inputs[0], inputs[1], inputs.Length > 2 ? inputs[2].Data : null);
        var (pad, stride) = ((int)Ints(node, "pads")[0], (int)Ints(node, "strides")[0]);
        var (height, width) = (Extent(x.Shape[2], w.Shape[2]), Extent(x.Shape[3], w.Shape[3]));
        var result = new Values(
            new double[x.Shape[0] * w.Shape[0] * height * width], [x.Shape[0], w.Shape[0], height, width]);
        var perGroup = w.Shape[0] / Int(node, "group", 1);
        result.Fill((image, channel, row, column) =>
        {
            var sum = b is null ? 0 : b[channel];
            for (var c = 0; c < w.Shape[1]; c++)
            {
                for (var i = 0; i < w.Shape[2]; i++)
                {
                    for (var j = 0; j < w.Shape[3]; j++)
                    {
                        sum += w[channel, c, i, j] * x[
                            image, channel / perGroup * w.Shape[1] + c, row * stride + i - pad,
                            column * stride + j - pad];
                    }
                }
            }

            return sum;
        });
        return result;

        long Extent(long size, long kernel) => (size + 2 * pad - kernel) / stride + 1;
    }

    private static Values Pad(Values x, double[] pads)
    {
        Assert.Equal(pads.Sum(), pads[5]);
        var result = new Values(
            new double[x.Data.Length / x.Shape[1] * (x.Shape[1] + (long)pads[5])],
            [x.Shape[0], x.Shape[1] + (long)pads[5], x.Shape[2], x.Shape[3]]);
        result.Fill((image, channel, row, column) => channel < x.Shape[1] ? x[image, channel, row, column] : 0);
        return result;
    }

    private static Values Pool(NodeProto node, Values x)
    {
        var (kernel, stride) = (Ints(node, "kernel_shape")[0], Ints(node, "strides")[0]);
        var (height, width) = ((x.Shape[2] - kernel) / stride + 1, (x.Shape[3] - kernel) / stride + 1);
        var result = new Values(
            new double[x.Shape[0] * x.Shape[1] * height * width], [x.Shape[0], x.Shape[1], height, width]);
        result.Fill((image, channel, row, column) => Enumerable.Range(0, (int)(kernel * kernel)).Max(
            place => x[image, channel, row * stride + place / kernel, column * stride + place % kernel]));
        return result;
    }

    private static Values Multiply(NodeProto node, Values[] inputs)
    {
        var (x, w, b) = (inputs[0], inputs[1], inputs[2].Data);
        Assert.Equal(1, Int(node, "transB", 0));
        return new(
            [
                .. x.Data.Chunk((int)w.Shape[1]).SelectMany(row => w.Data.Chunk(row.Length)
                    .Select((weights, channel) => row.Zip(weights, (a, c) => a * c).Sum() + b[channel])),
            ],
            [x.Shape[0], w.Shape[0]]);
    }

    private sealed record Values(double[] Data, long[] Shape)
    {
        public double this[long image, long channel, long row, long column] =>
            row < 0 || column < 0 || row >= Shape[2] || column >= Shape[3]
                ? 0
                : Data[((image * Shape[1] + channel) * Shape[2] + row) * Shape[3] + column];

        public void Fill(Func<long, long, long, long, double> number)
        {
            for (var index = 0L; index < Data.Length; index++)
            {
                var (rows, columns) = (index / Shape[3], index % Shape[3]);
                var planes = rows / Shape[2];
                Data[index] = number(planes / Shape[1], planes % Shape[1], rows % Shape[2], columns);
            }
        }
    }
}
