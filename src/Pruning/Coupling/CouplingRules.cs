using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

/// <summary>Asks every operator for its coupling rule and writes what it says into the union of coordinates.</summary>
internal sealed class CouplingRules(Graph graph, CoordinateSpace space, UnionFind classes) : ICoupling
{
    private readonly Dictionary<int, string> _frozen = [];
    private readonly HashSet<int> _mentioned = [];
    private readonly HashSet<int> _everMentioned = [];
    private Node _node = null!;
    private int _nodeIndex;

    public NodeShapes Shapes { get; private set; } = null!;

    /// <summary>The reason to freeze, by a coordinate of the class; the first one stated wins.</summary>
    public IReadOnlyDictionary<int, string> Frozen => _frozen;

    /// <summary>Whether some operator speaks of the block: kernels and other inner dimensions stay unmentioned.</summary>
    public bool IsChannelDimension(int block) => _everMentioned.Contains(block);

    public void Collect()
    {
        foreach (var output in graph.Outputs)
        {
            foreach (var block in space.BlocksOfValue(output))
            {
                FreezeBlock(block, "output of the network");
            }
        }

        for (_nodeIndex = 0; _nodeIndex < graph.Nodes.Length; _nodeIndex++)
        {
            _node = graph.Nodes[_nodeIndex];
            Shapes = graph.ShapesOf(_nodeIndex);
            _mentioned.Clear();
            _node.Operator.Couple(this);
            FreezeWhatIsFixed();
        }
    }

    public void Tie(Axis a, Axis b)
    {
        var (blockA, blockB) = (Mention(a), Mention(b));
        if (space.Blocks[blockA].Size != space.Blocks[blockB].Size)
        {
            throw new InvalidOperationException($"Node '{_node.Name}' ties {a} and {b}, which have different sizes.");
        }

        for (var index = 0; index < space.Blocks[blockA].Size; index++)
        {
            classes.Union(space.Blocks[blockA].First + index, space.Blocks[blockB].First + index);
        }
    }

    public void Tie(Axis a, long aIndex, Axis b, long bIndex) => classes.Union(
        space.Blocks[Mention(a)].First + (int)aIndex,
        space.Blocks[Mention(b)].First + (int)bIndex);

    public void Free(Axis axis) => Mention(axis);

    public void Freeze(Axis axis, string reason) => FreezeBlock(Mention(axis), reason);

    private int Mention(Axis axis)
    {
        var block = space.BlockOf(_node, _nodeIndex, axis);
        _mentioned.Add(block);
        _everMentioned.Add(block);
        return block;
    }

    private void FreezeWhatIsFixed()
    {
        var axes = Shapes.Inputs.SelectMany((shape, input) => shape.Select((_, dimension) => Axis.Input(input, dimension)))
            .Concat(Shapes.Output.Select((_, dimension) => Axis.Output(dimension)))
            .Concat(Shapes.Parameters.SelectMany((shape, p) => shape.Select((_, dimension) => Axis.Parameter(p, dimension))));
        foreach (var axis in axes)
        {
            var block = space.BlockOf(_node, _nodeIndex, axis);
            if (!_mentioned.Contains(block))
            {
                FreezeBlock(block, $"size fixed by {_node.Operator} '{_node.Name}'");
            }
        }
    }

    private void FreezeBlock(int block, string reason)
    {
        for (var index = 0; index < space.Blocks[block].Size; index++)
        {
            _frozen.TryAdd(space.Blocks[block].First + index, reason);
        }
    }
}
