using System.Collections.Immutable;
using System.IO.Enumeration;
using Onnx;

namespace Ocs.Formats.Onnx.Quantization;

/// <summary>
/// Chooses the nodes of a file that compute with 8-bit numbers, and the values that become such numbers. The rules
/// follow ONNX Runtime's CPU kernels.
/// </summary>
/// <remarks>
/// Layers with weights always do. Sums, products and pools do if their inputs are 8-bit numbers. A ReLU belongs to the
/// layer or sum before it. Nodes that only move numbers keep the scale.
/// </remarks>
internal sealed class QuantizationPlan
{
    private static readonly ImmutableHashSet<string> Combining =
        ["Add", "AveragePool", "Concat", "GlobalAveragePool", "LeakyRelu", "Mul", "Sigmoid"];

    private static readonly ImmutableHashSet<string> Moving =
    [
        "DepthToSpace", "Flatten", "Identity", "MaxPool", "Reshape", "Slice", "SpaceToDepth", "Squeeze", "Transpose",
        "Unsqueeze",
    ];

    private readonly Dictionary<string, TensorProto> _constants;
    private readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outputs;
    private readonly HashSet<NodeProto> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _made = new(StringComparer.Ordinal);
    private readonly HashSet<string> _needed = new(StringComparer.Ordinal);

    private QuantizationPlan(GraphProto graph)
    {
        _constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            foreach (var name in node.Input)
            {
                _readers[name] = _readers.GetValueOrDefault(name) + 1;
            }

            foreach (var name in node.Output)
            {
                _producers[name] = node;
            }
        }
    }

    /// <summary>The nodes that compute with 8-bit numbers.</summary>
    public IReadOnlySet<NodeProto> Nodes => _nodes;

    /// <summary>
    /// Outputs of such nodes, whose readers all get 8-bit numbers; for each, the value that has its scale.
    /// </summary>
    public IReadOnlyDictionary<string, string> Made => _made;

    /// <summary>Other values that such nodes read.</summary>
    public IReadOnlySet<string> Needed => _needed;

    /// <summary>
    /// Layers with weights that stay float, in order: excluded ones, and those without an 8-bit form.
    /// </summary>
    public List<string> FloatLayers { get; } = [];

    /// <summary>The number of layers with weights that compute with 8-bit numbers.</summary>
    public int Layers { get; private set; }

    /// <summary>Makes a plan.</summary>
    /// <exception cref="OcsInputException">A pattern excludes no node, or no layer is left.</exception>
    public static QuantizationPlan Of(GraphProto graph, ImmutableArray<string> exclude)
    {
        foreach (var pattern in exclude)
        {
            if (!graph.Node.Any(node => IsNamed(node, pattern)))
            {
                var names = graph.Node.Select(node => node.Name);
                throw new OcsInputException(
                    $"No node is named '{pattern}', which should stay float{NearestName.Question(pattern, names)}");
            }
        }

        var plan = new QuantizationPlan(graph);
        foreach (var node in graph.Node)
        {
            if (!IsExcluded(node, exclude))
            {
                plan.Decide(node);
            }

            if (!plan._nodes.Contains(node) && plan.HasWeights(node))
            {
                plan.FloatLayers.Add(node.Name);
            }
        }

        return plan.Layers > 0
            ? plan
            : throw new OcsInputException(
                $"{graph.Name} has no layer with weights that becomes int8; give a network with convolutions or linear "
                + "layers, and exclude fewer nodes.");
    }

    /// <summary>Whether a node is a layer whose weights can be int8.</summary>
    public bool IsLayer(NodeProto node) =>
        node.OpType is "Conv" or "Gemm" or "MatMul" && node.Domain.Length == 0
        && !_constants.ContainsKey(node.Input[0])
        && _constants.TryGetValue(node.Input[1], out var weight) && IsFloat(weight)
        && (node.OpType == "Conv" || weight.Dims.Count == 2)
        && (node.Input.Count < 3
            || (_constants.TryGetValue(node.Input[2], out var bias) && IsVector(bias, node, weight)))
        && (node.OpType != "Gemm" || IsPlain(node));

    /// <summary>The dimension of the output channels in a layer's weights.</summary>
    public static int ChannelAxis(NodeProto layer) =>
        layer.OpType == "Conv" || (layer.OpType == "Gemm" && IntOf(layer, "transB", 0) == 1) ? 0 : 1;

    /// <summary>Whether one of the patterns names a node, or a module with all its nodes and parts.</summary>
    public static bool IsExcluded(NodeProto node, ImmutableArray<string> exclude) =>
        exclude.Any(pattern => IsNamed(node, pattern));

    private bool HasWeights(NodeProto node) =>
        node.OpType is "Conv" or "ConvTranspose" or "Gemm" or "GRU" or "LSTM" or "MatMul" or "RNN"
        && node.Input.Any(name => _constants.TryGetValue(name, out var weight) && weight.Dims.Count > 1);

    // Matches a node's name, or a module's name for all its nodes.
    private static bool IsNamed(NodeProto node, string pattern) =>
        new[] { pattern, $"{pattern}.*", $"{pattern}/*" }
            .Any(each => FileSystemName.MatchesSimpleExpression(each, node.Name, ignoreCase: false));

    private static bool IsFloat(TensorProto tensor) => tensor.DataType == (int)TensorProto.Types.DataType.Float;

    private static bool IsVector(TensorProto bias, NodeProto layer, TensorProto weight) =>
        IsFloat(bias) && bias.Dims.Count == 1 && bias.Dims[0] == weight.Dims[ChannelAxis(layer)];

    private static bool IsPlain(NodeProto gemm) =>
        IntOf(gemm, "transA", 0) == 0
        && gemm.Attribute.Where(attribute => attribute.Name is "alpha" or "beta").All(attribute => attribute.F == 1);

    private static long IntOf(NodeProto node, string name, long usual) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? usual;

    private void Decide(NodeProto node)
    {
        if (IsLayer(node))
        {
            Layers++;
            Need(node.Input[0]);
            Take(node, gives: node.OpType == "Conv" || (node.OpType == "Gemm" && !_outputs.Contains(node.Output[0])));
        }
        else if (node.Domain.Length > 0 || node.Input.Count == 0)
        {
            return;
        }
        else if (Combining.Contains(node.OpType))
        {
            Combine(node);
        }
        else if (_made.TryGetValue(node.Input[0], out var scale))
        {
            if (Moving.Contains(node.OpType))
            {
                _nodes.Add(node);
                _made[node.Output[0]] = scale;
            }
            else if (node.OpType is "Relu" or "Clip")
            {
                if (EndsIn(node.Input[0]))
                {
                    _made.Remove(node.Input[0]);
                }

                Take(node, gives: true);
            }
        }
    }

    // A sum with a float value stays float, such as a transformer's residual sum, which 8 bits would harm.
    private void Combine(NodeProto node)
    {
        var areMade = node.Input.Count(_made.ContainsKey);
        if (areMade > 0 && !node.Input.Any(_constants.ContainsKey)
            && (areMade == node.Input.Count || node.OpType != "Add"))
        {
            foreach (var input in node.Input)
            {
                Need(input);
            }

            Take(node, gives: true);
        }
    }

    // Whether a ReLU can be fused into the node before it.
    private bool EndsIn(string value) =>
        _readers[value] == 1 && !_outputs.Contains(value)
        && _producers.TryGetValue(value, out var before) && (IsLayer(before) || before.OpType is "Add" or "Mul");

    private void Need(string value)
    {
        if (!_made.ContainsKey(value))
        {
            _needed.Add(value);
        }
    }

    private void Take(NodeProto node, bool gives)
    {
        _nodes.Add(node);
        if (gives)
        {
            _made[node.Output[0]] = node.Output[0];
        }
    }
}
