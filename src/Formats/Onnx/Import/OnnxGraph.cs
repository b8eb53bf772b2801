using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// A network of ONNX operators, which passes rewrite before it becomes our graph. A value is identified by its name. It
/// is a node's output, an input (<see cref="Inputs"/>) or a constant (<see cref="Constants"/>). Shapes are for a batch
/// of one.
/// </summary>
internal sealed class OnnxGraph(string name, long opset)
{
    private readonly Dictionary<string, OnnxNode> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> _users = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private List<OnnxNode> _nodes = [];

    public string Name { get; } = name;

    /// <summary>The version of ONNX's own operators.</summary>
    public long Opset { get; } = opset;

    /// <summary>In topological order after <see cref="Sort"/>.</summary>
    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>The network's inputs.</summary>
    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    /// <summary>Initializers and folded constants.</summary>
    public Dictionary<string, OnnxTensor> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>Known shapes of values that are not constants.</summary>
    public Dictionary<string, ImmutableArray<long>> Shapes { get; } = new(StringComparer.Ordinal);

    /// <summary>Kinds of values that are not constants and not floats.</summary>
    public Dictionary<string, OnnxKind> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>Limits the size of folded constants.</summary>
    public FoldingLimit Limit { get; } = new();

    /// <summary>Limits the size of values.</summary>
    public ShapeLimit ShapeLimit { get; } = new();

    /// <summary>What the file states besides operators. Its inputs and outputs are in this graph's order.</summary>
    public GraphOrigin? Origin { get; set; }

    /// <summary>The original nodes of the file, by their names here.</summary>
    public Dictionary<string, NodeProto> Messages { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the file's tensors; null for a graph without a file.</summary>
    public TensorReader? Tensors { get; set; }

    /// <summary>The nodes that cannot be read, with the reasons.</summary>
    public List<UnreadNode> Unread { get; } = [];

    /// <summary>The outputs of such nodes, tensors of unsupported types, and all that depends on either.</summary>
    public HashSet<string> UnreadValues { get; } = new(StringComparer.Ordinal);

    /// <summary>The node that computes a value; null for inputs and constants.</summary>
    public OnnxNode? Maker(string value) => _makers.GetValueOrDefault(value);

    /// <summary>The node that computes a value if it is this ONNX operator; null otherwise.</summary>
    public OnnxNode? Maker(string value, string type) => Maker(value) is { } node && node.Is(type) ? node : null;

    /// <summary>The nodes that read a value, each once.</summary>
    public IReadOnlyList<OnnxNode> Users(string value) => _users.TryGetValue(value, out var users) ? users : [];

    /// <summary>
    /// The only node that reads a value, or null if there are more or it is an output of the network.
    /// </summary>
    public OnnxNode? OnlyUser(string value) => Users(value) is [var user] && !Outputs.Contains(value) ? user : null;

    /// <summary>The constant of a value, or null.</summary>
    public OnnxTensor? Constant(string? value) => value is null ? null : Constants.GetValueOrDefault(value);

    /// <summary>The number of a constant with one element; null for other values.</summary>
    public double? Scalar(string? value) => Constant(value) is { IsScalar: true } constant ? constant.Numbers[0] : null;

    /// <summary>The shape of a value; empty for a scalar, default if unknown.</summary>
    public ImmutableArray<long> ShapeOf(string value) =>
        Constants.TryGetValue(value, out var constant) ? constant.Shape : Shapes.GetValueOrDefault(value);

    public OnnxKind KindOf(string value) =>
        Constants.TryGetValue(value, out var constant) ? constant.Kind : Kinds.GetValueOrDefault(value);

    /// <summary>A new unique node name. Values that a pass adds are named after their nodes.</summary>
    public string FreshName(string wish)
    {
        var fresh = wish;
        for (var number = 2; !_names.Add(fresh); number++)
        {
            fresh = $"{wish}_{number}";
        }

        return fresh;
    }

    /// <summary>For each output that was read, the dimension of the batch.</summary>
    public List<int> OutputBatches { get; } = [];

    /// <summary>The number of 8-bit or 16-bit integer values that were read as floats.</summary>
    public int Dequantized { get; set; }

    /// <summary>Inputs of one sample without a batch.</summary>
    public HashSet<string> WithoutBatch { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the file has a fixed batch size of 1.</summary>
    public bool HasFixedBatch => Origin is { Inputs: var inputs }
        && inputs.All(input => input.KeptNode is not null || input.Sizes is [null, ..]);

    /// <summary>Outputs of unread nodes whose dimension 0 is the batch.</summary>
    public HashSet<string> UnreadBatchFirst { get; } = new(StringComparer.Ordinal);

    /// <summary>Marks a node and its outputs as unread.</summary>
    public void Leave(OnnxNode node, string reason)
    {
        Unread.Add(new(node, reason));
        UnreadValues.UnionWith(node.Outputs.Where(output => output.Length > 0));
    }

    /// <summary>Whether a node reads an unread value. Its outputs are then marked as unread too.</summary>
    public bool Follows(OnnxNode node)
    {
        var follows = node.Reads.Any(UnreadValues.Contains);
        if (follows)
        {
            UnreadValues.UnionWith(node.Outputs.Where(output => output.Length > 0));
        }

        return follows;
    }

    /// <summary>Adds a node at the end; <see cref="Sort"/> moves it to its place.</summary>
    public void Add(OnnxNode node)
    {
        foreach (var output in node.Outputs.Where(output => output.Length > 0))
        {
            if (Constants.ContainsKey(output) || Inputs.Contains(output) || !_makers.TryAdd(output, node))
            {
                throw node.Error($"value '{output}' is defined twice");
            }
        }

        _nodes.Add(node);
        _names.Add(node.Name);
        foreach (var input in node.Reads)
        {
            Enlist(input, node);
        }
    }

    public void Remove(OnnxNode node)
    {
        _nodes.Remove(node);
        foreach (var output in node.Outputs)
        {
            _makers.Remove(output);
        }

        foreach (var input in node.Reads)
        {
            _users[input].Remove(node);
        }
    }

    /// <summary>Replaces a node by one with the same outputs or some of them.</summary>
    public void Replace(OnnxNode node, OnnxNode by)
    {
        var place = _nodes.IndexOf(node);
        Remove(node);
        Add(by);
        _nodes.RemoveAt(_nodes.Count - 1);
        _nodes.Insert(place, by);
    }

    /// <summary>Changes the inputs of a node.</summary>
    public OnnxNode Rewire(OnnxNode node, ImmutableArray<string> inputs)
    {
        var rewired = node with { Inputs = inputs };
        Replace(node, rewired);
        return rewired;
    }

    /// <summary>Replaces a value by another in all its readers and in the network's outputs.</summary>
    public void Redirect(string value, string to)
    {
        foreach (var user in Users(value).ToArray())
        {
            Rewire(user, [.. user.Inputs.Select(input => input == value ? to : input)]);
        }

        for (var output = 0; output < Outputs.Count; output++)
        {
            Outputs[output] = Outputs[output] == value ? to : Outputs[output];
        }
    }

    /// <summary>
    /// Drops unused outputs of nodes: exporters name them anyway. The first output, which identifies the node, is
    /// dropped only if the others can replace it.
    /// </summary>
    public void DropUnread()
    {
        foreach (var node in _nodes.Where(node =>
            node.Outputs.Where((output, place) => output.Length > 0 && !Stays(node, output, place)).Any()).ToArray())
        {
            var left = node.Outputs.Select((output, place) => Stays(node, output, place) ? output : "");
            Replace(node, node with { Outputs = [.. left] });
        }

        bool Stays(OnnxNode node, string output, int place) =>
            Users(output).Count > 0
                || Outputs.Contains(output)
                || (place == 0 && node.Type is not ("LSTM" or "GRU" or "RNN" or "Split"));
    }

    /// <summary>
    /// Sorts nodes topologically and drops those that no output needs. An undefined value or a cycle is an error.
    /// </summary>
    public void Sort()
    {
        var order = new List<OnnxNode>(_nodes.Count);
        var done = new Dictionary<OnnxNode, bool>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(OnnxNode Node, int Next)>();
        foreach (var output in Outputs)
        {
            Visit(output, reader: null);
            while (open.TryPop(out var top))
            {
                var (inputs, captured) = (top.Node.Inputs, top.Node.Captured);
                if (top.Next < inputs.Length + captured.Length)
                {
                    open.Push((top.Node, top.Next + 1));
                    Visit(
                        top.Next < inputs.Length ? inputs[top.Next] : captured[top.Next - inputs.Length], top.Node);
                }
                else
                {
                    done[top.Node] = true;
                    order.Add(top.Node);
                }
            }
        }

        foreach (var node in _nodes.Where(node => !done.ContainsKey(node)).ToArray())
        {
            Remove(node);
        }

        _nodes = order;

        void Visit(string value, OnnxNode? reader)
        {
            if (value.Length == 0 || Constants.ContainsKey(value) || Inputs.Contains(value)
                || (Maker(value) is null && UnreadValues.Contains(value)))
            {
                return;
            }

            if (Maker(value) is not { } maker)
            {
                throw reader?.Error($"it reads '{value}', which does not exist")
                    ?? new OcsInputException($"output '{value}' does not exist.");
            }

            if (done.TryGetValue(maker, out var isDone))
            {
                if (!isDone)
                {
                    throw maker.Error("it needs its own output: the nodes form a cycle");
                }

                return;
            }

            done[maker] = false;
            open.Push((maker, 0));
        }
    }

    private void Enlist(string input, OnnxNode node)
    {
        if (!_users.TryGetValue(input, out var users))
        {
            _users[input] = users = [];
        }

        users.Add(node);
    }
}

/// <summary>A node that is not read, with the reason.</summary>
internal readonly record struct UnreadNode(OnnxNode Node, string Reason);
