using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using Ocs.Formats.Onnx.Export;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Quantization;

/// <summary>
/// Inserts QuantizeLinear and DequantizeLinear by a plan, and stores weights as int8 and biases as int32. A runtime
/// fuses a layer between them into an integer kernel, or else computes in float.
/// </summary>
internal sealed class QdqRewriting
{
    private readonly GraphProto _graph;
    private readonly QuantizationPlan _plan;
    private readonly Func<string, AffineScale> _scaleOf;
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly FreshNames _names;
    private readonly Dictionary<string, (string Scale, string Zero)> _scales = new(StringComparer.Ordinal);
    private readonly Dictionary<byte, string> _zeros = [];
    private readonly Dictionary<string, string> _rounded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _weights = new(StringComparer.Ordinal);
    private readonly List<NodeProto> _nodes = [];

    private QdqRewriting(GraphProto graph, QuantizationPlan plan, Func<string, AffineScale> scaleOf)
    {
        (_graph, _plan, _scaleOf) = (graph, plan, scaleOf);
        _constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _names = new(graph);
    }

    /// <summary>Changes a graph.</summary>
    /// <param name="graph">The graph, which is changed.</param>
    /// <param name="plan">The values that become 8-bit numbers.</param>
    /// <param name="scaleOf">The scale of a value.</param>
    public static void Apply(GraphProto graph, QuantizationPlan plan, Func<string, AffineScale> scaleOf) =>
        new QdqRewriting(graph, plan, scaleOf).Apply();

    private void Apply()
    {
        foreach (var input in _graph.Input)
        {
            AddRounded(input.Name);
        }

        foreach (var node in _graph.Node)
        {
            if (_plan.Nodes.Contains(node))
            {
                Rewrite(node);
            }

            if (IsDoneByRounding(node))
            {
                AddPair(node.Input[0], node.Output[0], ScaleOf(node.Output[0]));
                continue;
            }

            _nodes.Add(node);
            for (var place = 0; place < node.Output.Count; place++)
            {
                var value = node.Output[place];
                if (_plan.Made.ContainsKey(value))
                {
                    node.Output[place] = _names.Numbered("f");
                    AddPair(node.Output[place], value, ScaleOf(value));
                }

                AddRounded(value);
            }
        }

        Replace(_graph.Node, _nodes);
        var read = _graph.Node.SelectMany(node => node.Input)
            .Concat(_graph.Output.Select(output => output.Name))
            .ToHashSet(StringComparer.Ordinal);
        Replace(_graph.Initializer, [.. _graph.Initializer.Where(tensor => read.Contains(tensor.Name))]);
    }

    private static void Replace<T>(RepeatedField<T> field, List<T> items)
    {
        field.Clear();
        field.AddRange(items);
    }

    // A float value that 8-bit nodes read quantized; other nodes read it as it is.
    private void AddRounded(string value)
    {
        if (_plan.Needed.Contains(value))
        {
            AddPair(value, _rounded[value] = _names.Numbered("r"), ScaleOf(value));
        }
    }

    // Whether a ReLU at the end of a layer or sum only bounds what the bounds of the 8-bit numbers bound, too.
    private bool IsDoneByRounding(NodeProto node)
    {
        if (node.OpType is not ("Relu" or "Clip") || !_plan.Nodes.Contains(node)
            || _plan.Made.ContainsKey(node.Input[0]))
        {
            return false;
        }

        var scale = _scaleOf(node.Output[0]);
        return node.OpType == "Relu" ? scale.Zero == 0 : IsAt(1, byte.MinValue) && IsAt(2, byte.MaxValue);

        bool IsAt(int input, byte end) => input >= node.Input.Count || node.Input[input].Length == 0
            || (_constants.TryGetValue(node.Input[input], out var bound) && scale.Round(Floats(bound)[0]) == end);
    }

    private void Rewrite(NodeProto node)
    {
        if (_plan.IsLayer(node))
        {
            RewriteParameters(node);
        }

        for (var place = 0; place < node.Input.Count; place++)
        {
            if (_rounded.TryGetValue(node.Input[place], out var rounded))
            {
                node.Input[place] = rounded;
            }
        }
    }

    private void RewriteParameters(NodeProto layer)
    {
        var axis = QuantizationPlan.ChannelAxis(layer);
        var weight = _constants[layer.Input[1]];
        var bias = layer.Input.Count > 2 ? Floats(_constants[layer.Input[2]]) : null;
        var values = _plan.Made.GetValueOrDefault(layer.Input[0], layer.Input[0]);
        var quantized = QuantizedWeights.Of(Floats(weight), weight.Dims, axis, bias, _scaleOf(values).Scale);
        layer.Input[1] = Weight(weight, quantized, axis, statesZero: layer.OpType != "Conv");
        if (quantized.Bias is { } numbers)
        {
            layer.Input[2] = Bias(layer.Input[2], numbers, quantized.BiasScales);
        }
    }

    // Layers that share weights share their int8 numbers too, if the scales are equal. ONNX Runtime 1.31 fuses a Gemm
    // only if the zero points of its weights are stated, though they are 0.
    private string Weight(TensorProto weight, QuantizedWeights quantized, int axis, bool statesZero)
    {
        var scales = MemoryMarshal.AsBytes<float>(quantized.Scales);
        var key = $"{weight.Name} {axis} {Convert.ToHexString(scales)}";
        if (!_weights.TryGetValue(key, out var rounded))
        {
            var numbers = Add(
                _names.Of($"{weight.Name}:int8"), DataType.Int8, [.. weight.Dims],
                MemoryMarshal.AsBytes<sbyte>(quantized.Weights));
            var scale = Add(_names.Numbered("s"), DataType.Float, [quantized.Scales.Length], scales);
            var zeros = new byte[quantized.Scales.Length];
            string[] zero = statesZero
                ? [Add(_names.Numbered("z"), DataType.Int8, [zeros.Length], zeros)]
                : [];
            rounded = Dequantize(_names.Numbered("r"), axis, [numbers, scale, .. zero]);
            _weights.Add(key, rounded);
        }

        return rounded;
    }

    private string Bias(string name, int[] numbers, float[] scales)
    {
        var integers = Add(
            _names.Of($"{name}:int32"), DataType.Int32, [numbers.Length], MemoryMarshal.AsBytes<int>(numbers));
        var scale = Add(
            _names.Numbered("s"), DataType.Float, [scales.Length], MemoryMarshal.AsBytes<float>(scales));
        return Dequantize(_names.Numbered("r"), 0, integers, scale);
    }

    private (string Scale, string Zero) ScaleOf(string value)
    {
        var root = _plan.Made.GetValueOrDefault(value, value);
        if (!_scales.TryGetValue(root, out var names))
        {
            var (scale, zero) = _scaleOf(root);
            if (!_zeros.TryGetValue(zero, out var zeroName))
            {
                zeroName = Add(_names.Numbered("z"), DataType.Uint8, [], [zero]);
                _zeros.Add(zero, zeroName);
            }

            names = (
                Add(_names.Numbered("s"), DataType.Float, [], MemoryMarshal.AsBytes<float>([scale])), zeroName);
            _scales.Add(root, names);
        }

        return names;
    }

    private void AddPair(string from, string to, (string Scale, string Zero) scale)
    {
        var numbers = _names.Numbered("q");
        var quantize = new NodeProto { OpType = "QuantizeLinear" };
        quantize.Input.AddRange([from, scale.Scale, scale.Zero]);
        quantize.Output.Add(numbers);
        var dequantize = new NodeProto { OpType = "DequantizeLinear" };
        dequantize.Input.AddRange([numbers, scale.Scale, scale.Zero]);
        dequantize.Output.Add(to);
        _nodes.AddRange([quantize, dequantize]);
    }

    private string Dequantize(string name, int axis, params ReadOnlySpan<string> inputs)
    {
        var node = new NodeProto { OpType = "DequantizeLinear" };
        node.Input.AddRange(inputs.ToArray());
        node.Output.Add(name);
        node.Attribute.Add(OnnxAttribute.Int("axis", axis).Message);
        _nodes.Add(node);
        return name;
    }

    private string Add(string name, DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes)
    {
        _graph.Initializer.Add(OnnxWeights.Message(name, type, shape, bytes));
        return name;
    }

    private static float[] Floats(TensorProto tensor) => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
}
