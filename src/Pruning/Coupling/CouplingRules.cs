using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

/// <summary>Collects the coupling rules of all operators: tied blocks, tied coordinates, frozen blocks.</summary>
internal sealed class CouplingRules : ICoupling
{
    private readonly Graph _graph;
    private readonly BlockTable _blocks;
    private readonly List<TieRun> _ties = [];
    private readonly string?[] _frozen;

    // Nodes, counted from 1; 0 for none.
    private readonly int[] _fixedBy;
    private readonly int[] _mentionedBy;
    private Node _node = null!;
    private int _nodeIndex;

    public CouplingRules(Graph graph, BlockTable blocks)
    {
        (_graph, _blocks) = (graph, blocks);
        (_fixedBy, _mentionedBy, _frozen) = (
            new int[blocks.All.Length], new int[blocks.All.Length], new string?[blocks.All.Length]);
        Whole = new UnionFind(blocks.All.Length);
        FreezeEnds(graph);

        for (_nodeIndex = 0; _nodeIndex < graph.Nodes.Length; _nodeIndex++)
        {
            _node = graph.Nodes[_nodeIndex];
            Shapes = graph.ShapesOf(_nodeIndex);
            _node.Operator.Couple(this);
            FreezeWhatIsFixed();
        }
    }

    public NodeShapes Shapes { get; private set; } = null!;

    /// <summary>Blocks that are tied as a whole: index i of one with index i of the other.</summary>
    public UnionFind Whole { get; }

    /// <summary>What is tied index by index.</summary>
    public IEnumerable<CoordinateTie> Ties => _ties.SelectMany(run => run.Ties);

    /// <summary>
    /// Whether an operator's rule mentions the block. Kernel sizes and other inner dimensions are not mentioned.
    /// </summary>
    public bool IsChannelDimension(int block) => _mentionedBy[block] > 0;

    /// <summary>Whether the block's coordinates may not be cut.</summary>
    public bool IsFrozen(int block) => _frozen[block] is not null || _fixedBy[block] > 0;

    /// <summary>The first reason stated for freezing the block; null if it is not frozen.</summary>
    public string? FrozenReason(int block) => _frozen[block] ?? (_fixedBy[block] > 0
        ? $"size fixed by {_graph.Nodes[_fixedBy[block] - 1].Operator} '{_graph.Nodes[_fixedBy[block] - 1].Name}'"
        : null);

    public void Tie(Axis a, Axis b)
    {
        var (blockA, blockB) = (Mention(a), Mention(b));
        if (_blocks.All[blockA].Size != _blocks.All[blockB].Size)
        {
            throw new InvalidOperationException($"Node '{_node.Name}' ties {a} and {b}, which have different sizes.");
        }

        Whole.Union(blockA, blockB);
    }

    public void Tie(Axis a, long aIndex, Axis b, long bIndex)
    {
        var tie = new CoordinateTie(Mention(a), (int)aIndex, Mention(b), (int)bIndex);
        if (_ties.Count > 0 && _ties[^1].With(tie) is { } longer)
        {
            _ties[^1] = longer;
        }
        else
        {
            _ties.Add(new(tie, 0, 0, 1));
        }
    }

    public void Free(Axis axis) => Mention(axis);

    public void Freeze(Axis axis, string reason)
    {
        var block = Mention(axis);
        if (_fixedBy[block] == 0)
        {
            _frozen[block] ??= reason;
        }
    }

    // Freezes inputs and outputs, also those from and to kept nodes of an ONNX file.
    private void FreezeEnds(Graph graph)
    {
        for (var place = 0; place < graph.Outputs.Length; place++)
        {
            var reader = graph.Origin?.Outputs[place].KeptNode;
            Freeze(graph.Outputs[place], reader is null ? "output of the network" : $"read by {reader}, kept as it is");
        }

        var inputs = Enumerable.Range(0, graph.Nodes.Length)
            .Where(node => graph.Nodes[node].Operator is Graphs.Operators.Input)
            .ToList();
        for (var place = 0; place < inputs.Count; place++)
        {
            if (graph.Origin?.Inputs[place].KeptNode is { } maker)
            {
                Freeze(inputs[place], $"made by {maker}, kept as it is");
            }
        }
    }

    private void Freeze(int node, string reason)
    {
        foreach (var block in _blocks.OfValue(node))
        {
            _frozen[block] ??= reason;
        }
    }

    private int Mention(Axis axis)
    {
        var block = _blocks.Of(_node, _nodeIndex, axis);
        _mentionedBy[block] = _nodeIndex + 1;
        return block;
    }

    private void FreezeWhatIsFixed()
    {
        for (var input = 0; input < Shapes.Inputs.Length; input++)
        {
            FreezeWhatIsFixed(Axis.Input(input, 0), Shapes.Inputs[input].Length);
        }

        FreezeWhatIsFixed(Axis.Output(0), Shapes.Output.Length);
        for (var parameter = 0; parameter < Shapes.Parameters.Length; parameter++)
        {
            FreezeWhatIsFixed(Axis.Parameter(parameter, 0), Shapes.Parameters[parameter].Length);
        }
    }

    private void FreezeWhatIsFixed(Axis first, int rank)
    {
        for (var dimension = 0; dimension < rank; dimension++)
        {
            var block = _blocks.Of(_node, _nodeIndex, first with { Dimension = dimension });
            if (_mentionedBy[block] != _nodeIndex + 1 && !IsFrozen(block))
            {
                _fixedBy[block] = _nodeIndex + 1;
            }
        }
    }
}

/// <summary>A coordinate of one block and one of another that are of the same channel.</summary>
internal readonly record struct CoordinateTie(int BlockA, int IndexA, int BlockB, int IndexB);

/// <summary>
/// Ties whose indices go on by the same steps, as those of a flattened image do: one for all of them.
/// </summary>
internal readonly record struct TieRun(CoordinateTie First, int StepA, int StepB, int Count)
{
    public IEnumerable<CoordinateTie> Ties
    {
        get
        {
            var run = this;
            return Enumerable.Range(0, Count).Select(run.At);
        }
    }

    /// <summary>The run with a tie that goes on with it; null for one that does not.</summary>
    public TieRun? With(CoordinateTie tie) => tie.BlockA != First.BlockA || tie.BlockB != First.BlockB ? null
        : Count == 1 ? new(First, tie.IndexA - First.IndexA, tie.IndexB - First.IndexB, 2)
        : tie == At(Count) ? this with { Count = Count + 1 }
        : null;

    private CoordinateTie At(int place) =>
        First with { IndexA = First.IndexA + place * StepA, IndexB = First.IndexB + place * StepB };
}
