using System.Collections.Immutable;
using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Import.Keeping;

/// <summary>
/// Takes the kept nodes out of a network. Values that they read become its outputs. Values that they compute become its
/// inputs if the shape is known and a layer with weights follows; otherwise their readers are kept too.
/// </summary>
internal sealed class Border
{
    private static readonly ImmutableHashSet<string> Weighty =
        ["Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"];

    private readonly OnnxGraph _graph;
    private readonly KeptSet _kept;
    private readonly Dictionary<string, ValueInfoProto> _stated;
    private readonly ValueTypes _types;
    private readonly ValueInfoProto? _firstInput;
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<KeptNode> _described = [];
    private readonly Dictionary<string, string> _makers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _weighty = new(StringComparer.Ordinal);

    private Border(OnnxGraph graph, GraphProto message, KeptSet kept)
    {
        (_graph, _kept) = (graph, kept);
        _stated = message.ValueInfo.DistinctBy(value => value.Name).ToDictionary(value => value.Name);
        _types = new(message);
        _firstInput = message.Input.FirstOrDefault(input => graph.Inputs.Contains(input.Name));
    }

    /// <summary>The kept nodes, and copies of nodes that compute constants for them.</summary>
    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>The kept nodes.</summary>
    public ImmutableArray<KeptNode> Described => [.. _described];

    /// <summary>
    /// Takes out the kept nodes; null if there are none. Updates the graph's inputs, outputs and origin.
    /// </summary>
    /// <exception cref="OcsInputException">A wanted value is not in the file, or cannot be read.</exception>
    public static Border? Apply(OnnxGraph graph, GraphProto message, KeptSet kept)
    {
        var border = new Border(graph, message, kept);
        border.FindKnown();
        border.FindWeighty();
        border.Divide();
        return border._nodes.Count > 0 ? border : null;
    }

    // Values that depend on constants and shapes only, which folding computes.
    private void FindKnown()
    {
        _known.UnionWith(_graph.Constants.Keys);
        foreach (var node in _graph.Nodes.Where(node =>
            node.Is("Shape") || node.Is("Size") || node.Is("Constant")
            || (node.Inputs.Any(input => input.Length > 0) && node.Reads.All(_known.Contains))))
        {
            _known.UnionWith(node.Outputs);
        }
    }

    // Values that a layer with weights depends on.
    private void FindWeighty()
    {
        foreach (var node in _graph.Nodes.Reverse())
        {
            var hasWeights = Weighty.Contains(node.Type) && node.Inputs.Skip(1).Any(_known.Contains);
            if (hasWeights || node.Outputs.Any(_weighty.Contains))
            {
                _weighty.UnionWith(node.Inputs);
            }
        }
    }

    private void Divide()
    {
        var names = _kept.Wanted?.Select(ValueOf).ToList();
        var wanted = names is null ? null : Needed(names);
        var unread = new HashSet<string>(_graph.UnreadValues, StringComparer.Ordinal);
        var entries = new List<(string Value, ImmutableArray<long> Shape)>();
        foreach (var node in _graph.Nodes)
        {
            if (Describe(node, unread, wanted) is not { } described)
            {
                continue;
            }

            _nodes.Add(node);
            _described.Add(described);
            foreach (var output in node.Outputs.Where(output => output.Length > 0))
            {
                _makers[output] = described.ToString();
                var isEntry = wanted is null && !_kept.HasAll && _weighty.Contains(output);
                if (isEntry && ShapeOf(output) is { IsDefault: false } shape)
                {
                    entries.Add((output, shape));
                }
                else
                {
                    unread.Add(output);
                }
            }
        }

        var outputs = _graph.Outputs.ToList();
        if (names is not null)
        {
            RequireRead(names, unread);
            _graph.Outputs.Clear();
            _graph.Outputs.AddRange(names);
        }

        if (_nodes.Count > 0 || _graph.Outputs.Exists(_known.Contains))
        {
            Take(entries, unread, outputs);
        }
    }

    private KeptNode? Describe(OnnxNode node, HashSet<string> unread, HashSet<OnnxNode>? wanted)
    {
        if (_kept.ReasonOf(node) is { } reason)
        {
            return new(node.Name, node.Type, reason);
        }

        if (node.Reads.FirstOrDefault(unread.Contains) is { } value)
        {
            var source = _makers.TryGetValue(value, out var maker)
                ? $"it reads the output of {maker}"
                : $"it reads the tensor '{value}', whose type is not supported";
            return new(node.Name, node.Type, source, Follows: maker is not null);
        }

        return _kept.HasAll ? new(node.Name, node.Type, "nothing of the file can be cut", Follows: true)
            : wanted?.Contains(node) == false ? new(node.Name, node.Type, "it is not needed", Follows: true)
            : null;
    }

    private void Take(
        List<(string Value, ImmutableArray<long> Shape)> entries, HashSet<string> unread, List<string> fileOutputs)
    {
        foreach (var node in _nodes)
        {
            _graph.Remove(node);
        }

        var borders = new List<(string Value, string Reader)>();
        var open = new Stack<(string Value, string Reader)>(_nodes.Zip(_described)
            .Reverse()
            .SelectMany(pair => pair.First.Reads.Reverse().Select(value => (value, pair.Second.ToString()))));
        foreach (var output in fileOutputs.Where(output => !_graph.Outputs.Contains(output) || _known.Contains(output)))
        {
            open.Push((output, "the file"));
        }

        var copied = new HashSet<OnnxNode>(ReferenceEqualityComparer.Instance);
        while (open.TryPop(out var next))
        {
            if (_graph.Maker(next.Value) is not { } maker)
            {
                continue;
            }

            if (!_known.Contains(next.Value))
            {
                borders.Add(next);
            }
            else if (copied.Add(maker))
            {
                _nodes.Add(maker);
                foreach (var value in maker.Reads)
                {
                    open.Push((value, next.Reader));
                }
            }
        }

        foreach (var (value, shape) in entries)
        {
            _graph.Inputs.Add(value);
            _graph.Shapes[value] = shape;
        }

        var own = _graph.Outputs.Where(output => !unread.Contains(output) && !_known.Contains(output)).ToList();
        own.RemoveAll(output => _graph.Inputs.Contains(output) || _makers.ContainsKey(output));
        borders = [.. borders.DistinctBy(border => border.Value).Where(border => !own.Contains(border.Value))];
        _graph.Outputs.Clear();
        _graph.Outputs.AddRange(own.Concat(borders.Select(border => border.Value)));
        _graph.Sort();
        _graph.Inputs.RemoveAll(input => _graph.Users(input).Count == 0);
        _graph.Origin = _graph.Origin! with
        {
            Inputs = [.. _graph.Inputs.Select(Input)],
            Outputs = [.. own.Select(Output), .. borders.Select(border => Value(border.Value, border.Reader))],
        };
    }

    private ImmutableArray<long> ShapeOf(string value) => _kept.ShapeOf(value) is { IsDefault: false } inferred
        ? inferred
        : BatchStays.Stated(_stated.GetValueOrDefault(value), _firstInput);

    private OriginValue Input(string name) =>
        _graph.Origin!.Inputs.FirstOrDefault(value => value.Name == name) ?? Value(name, _makers[name]);

    private OriginValue Output(string name) =>
        _graph.Origin!.Outputs.FirstOrDefault(value => value.Name == name) ?? Value(name, "the file");

    private OriginValue Value(string name, string neighbour)
    {
        var usual = _graph.Origin!.WeightsAreCast ? "Float" : _graph.Origin.WeightType;
        return new(name, _types.Of(name) is { } type ? $"{type}" : usual, []) { KeptNode = neighbour };
    }

    // A value by its name, or the first output of the node with that name.
    private string ValueOf(string name) => _graph.Maker(name) is not null
        ? name
        : _graph.Nodes.FirstOrDefault(node => node.Name == name)?.Output
            ?? throw new OcsInputException(
                $"it has no value or node named '{name}'"
                + NearestName.Question(name, _graph.Nodes.Select(node => node.Name)) + " Give the name of one.");

    private void RequireRead(List<string> names, HashSet<string> unread)
    {
        if (names.FirstOrDefault(unread.Contains) is { } value)
        {
            var first = string.Join(", ", _described.Where(node => !node.Follows));
            throw new OcsInputException(
                $"'{value}' depends on a node that is not supported ({first}): give values before it.");
        }
    }

    private HashSet<OnnxNode> Needed(IEnumerable<string> names)
    {
        var needed = new HashSet<OnnxNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<string>(names);
        while (open.TryPop(out var value))
        {
            if (_graph.Maker(value) is { } maker && needed.Add(maker))
            {
                foreach (var input in maker.Reads)
                {
                    open.Push(input);
                }
            }
        }

        return needed;
    }
}
