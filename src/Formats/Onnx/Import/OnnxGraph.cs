using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// A network of ONNX's operators, between the file and our graph: passes rewrite it. Values are known by their names;
/// each is made by a node, given (<see cref="Inputs"/>), or known (<see cref="Constants"/>). Shapes are for a batch of
/// one.
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

    /// <summary>Values that the caller gives.</summary>
    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    /// <summary>Initializers, and what passes have folded.</summary>
    public Dictionary<string, OnnxTensor> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>Shapes of values that are not constants, as far as they are known.</summary>
    public Dictionary<string, ImmutableArray<long>> Shapes { get; } = new(StringComparer.Ordinal);

    /// <summary>Kinds of values that are not constants and not floats.</summary>
    public Dictionary<string, OnnxKind> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>How much may be computed of constants.</summary>
    public FoldingLimit Limit { get; } = new();

    /// <summary>How large values may be.</summary>
    public ShapeLimit ShapeLimit { get; } = new();

    /// <summary>
    /// What the file says beside the network; its inputs and outputs are in the order of this graph's.
    /// </summary>
    public GraphOrigin? Origin { get; set; }

    /// <summary>The nodes as the file has them, by the names that they have here.</summary>
    public Dictionary<string, NodeProto> Messages { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the file's tensors; null of a graph that is from no file.</summary>
    public TensorReader? Tensors { get; set; }

    /// <summary>The nodes that turned out not to be read, and why.</summary>
    public List<UnreadNode> Unread { get; } = [];

    /// <summary>What such nodes make, tensors of types that are not read, and what depends on either.</summary>
    public HashSet<string> UnreadValues { get; } = new(StringComparer.Ordinal);

    /// <summary>The node that makes a value, or null for inputs and constants.</summary>
    public OnnxNode? Maker(string value) => _makers.GetValueOrDefault(value);

    /// <summary>The node that makes a value, if it is of this type of ONNX's own, else null.</summary>
    public OnnxNode? Maker(string value, string type) => Maker(value) is { } node && node.Is(type) ? node : null;

    /// <summary>The nodes that read a value, one that reads it twice once.</summary>
    public IReadOnlyList<OnnxNode> Users(string value) => _users.TryGetValue(value, out var users) ? users : [];

    /// <summary>
    /// The only node that reads a value, or null if there are more or it is an output of the network.
    /// </summary>
    public OnnxNode? OnlyUser(string value) => Users(value) is [var user] && !Outputs.Contains(value) ? user : null;

    /// <summary>The constant of a value, or null.</summary>
    public OnnxTensor? Constant(string? value) => value is null ? null : Constants.GetValueOrDefault(value);

    /// <summary>The only number of a constant, or null for other values.</summary>
    public double? Scalar(string? value) => Constant(value) is { IsScalar: true } constant ? constant.Numbers[0] : null;

    /// <summary>The shape of a value; empty if it is a scalar, default where it is not known.</summary>
    public ImmutableArray<long> ShapeOf(string value) =>
        Constants.TryGetValue(value, out var constant) ? constant.Shape : Shapes.GetValueOrDefault(value);

    public OnnxKind KindOf(string value) =>
        Constants.TryGetValue(value, out var constant) ? constant.Kind : Kinds.GetValueOrDefault(value);

    /// <summary>
    /// A name that no node has; it counts as taken from then on. Values that a pass adds are named as their nodes.
    /// </summary>
    public string FreshName(string wish)
    {
        var fresh = wish;
        for (var number = 2; !_names.Add(fresh); number++)
        {
            fresh = $"{wish}_{number}";
        }

        return fresh;
    }

    /// <summary>By output, which of its dimensions is the batch, once they are read.</summary>
    public List<int> OutputBatches { get; } = [];

    /// <summary>How many values of 8 or 16 bits were read as floats.</summary>
    public int Dequantized { get; set; }

    /// <summary>Inputs of one sample without a batch.</summary>
    public HashSet<string> WithoutBatch { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the file takes one sample and no more.</summary>
    public bool HasFixedBatch => Origin is { Inputs: var inputs }
        && inputs.All(input => input.KeptNode is not null || input.Sizes is [null, ..]);

    /// <summary>What nodes that are not read make with the batch in front.</summary>
    public HashSet<string> UnreadBatchFirst { get; } = new(StringComparer.Ordinal);

    /// <summary>Says that a node is not read, nor what it makes.</summary>
    public void Leave(OnnxNode node, string reason)
    {
        Unread.Add(new(node, reason));
        UnreadValues.UnionWith(node.Outputs.Where(output => output.Length > 0));
    }

    /// <summary>Whether a node reads what is not read; what it makes is then not read either.</summary>
    public bool Follows(OnnxNode node)
    {
        var follows = node.Reads.Any(UnreadValues.Contains);
        if (follows)
        {
            UnreadValues.UnionWith(node.Outputs.Where(output => output.Length > 0));
        }

        return follows;
    }

    /// <summary>Adds a node at the end; <see cref="Sort"/> puts it in its place.</summary>
    public void Add(OnnxNode node)
    {
        foreach (var output in node.Outputs.Where(output => output.Length > 0))
        {
            if (Constants.ContainsKey(output) || Inputs.Contains(output) || !_makers.TryAdd(output, node))
            {
                throw node.Error($"value '{output}' is made twice");
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

    /// <summary>Puts a node in another's place, which makes the same values or some of them.</summary>
    public void Replace(OnnxNode node, OnnxNode by)
    {
        var place = _nodes.IndexOf(node);
        Remove(node);
        Add(by);
        _nodes.RemoveAt(_nodes.Count - 1);
        _nodes.Insert(place, by);
    }

    /// <summary>Lets a node read other values.</summary>
    public OnnxNode Rewire(OnnxNode node, ImmutableArray<string> inputs)
    {
        var rewired = node with { Inputs = inputs };
        Replace(node, rewired);
        return rewired;
    }

    /// <summary>Lets all readers of a value, the network's outputs too, read another.</summary>
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
    /// Leaves out the outputs of nodes that nothing reads: exporters name them all the same. The first one, which the
    /// node is known by, goes only where the others are as good.
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
    /// Puts nodes into topological order and drops those that no output needs. A value that nobody makes and a cycle
    /// are errors.
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
                throw reader?.Error($"it reads '{value}', which nobody makes")
                    ?? new OcsInputException($"output '{value}' is made by no node.");
            }

            if (done.TryGetValue(maker, out var isDone))
            {
                if (!isDone)
                {
                    throw maker.Error("it needs its own output, for the nodes form a cycle");
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

/// <summary>A node that is not read, and why.</summary>
internal readonly record struct UnreadNode(OnnxNode Node, string Reason);
