using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

/// <summary>Numbers every coordinate of every dimension of every value and parameter of a graph.</summary>
internal sealed class CoordinateSpace
{
    private readonly Graph _graph;
    private readonly int[] _firstBlockOfNode;
    private readonly int[] _firstBlockOfParameter;
    private readonly Dictionary<string, int> _parameterIndex = new(StringComparer.Ordinal);

    public CoordinateSpace(Graph graph)
    {
        _graph = graph;
        _firstBlockOfNode = new int[graph.Nodes.Length];
        _firstBlockOfParameter = new int[graph.Parameters.Length];
        var blocks = new List<Block>();
        var next = 0;
        for (var parameter = 0; parameter < graph.Parameters.Length; parameter++)
        {
            _parameterIndex.Add(graph.Parameters[parameter].Name, parameter);
            _firstBlockOfParameter[parameter] = blocks.Count;
            next = AddBlocks(blocks, graph.Parameters[parameter].Shape, parameter, next);
        }

        for (var node = 0; node < graph.Nodes.Length; node++)
        {
            _firstBlockOfNode[node] = blocks.Count;
            next = AddBlocks(blocks, graph.Nodes[node].Shape, parameter: -1, next);
        }

        Blocks = [.. blocks];
        Count = next;
    }

    /// <summary>Every dimension: those of the parameters first, then those of the values.</summary>
    public ImmutableArray<Block> Blocks { get; }

    /// <summary>The number of coordinates.</summary>
    public int Count { get; }

    /// <summary>The block of a node's axis.</summary>
    public int BlockOf(Node node, int nodeIndex, Axis axis) => axis.Dimension + axis.Kind switch
    {
        AxisKind.Input => _firstBlockOfNode[node.Inputs[axis.Index]],
        AxisKind.Output => _firstBlockOfNode[nodeIndex],
        _ => _firstBlockOfParameter[_parameterIndex[node.Parameters[axis.Index]]],
    };

    /// <summary>The block of a dimension of a parameter.</summary>
    public int BlockOfParameter(int parameter, int dimension) => _firstBlockOfParameter[parameter] + dimension;

    /// <summary>The blocks of a node's value.</summary>
    public IEnumerable<int> BlocksOfValue(int node) =>
        Enumerable.Range(_firstBlockOfNode[node], _graph.Nodes[node].Shape.Length);

    private static int AddBlocks(List<Block> blocks, ImmutableArray<long> shape, int parameter, int next)
    {
        for (var dimension = 0; dimension < shape.Length; dimension++)
        {
            var size = checked((int)shape[dimension]);
            blocks.Add(new(next, size, parameter, dimension));
            next = checked(next + size);
        }

        return next;
    }

    /// <summary>One dimension: its first coordinate, its size, and which parameter (-1 for a value) it is a dimension of.</summary>
    internal readonly record struct Block(int First, int Size, int Parameter, int Dimension);
}
