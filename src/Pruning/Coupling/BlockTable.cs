using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Numbers every dimension of every value and parameter of a graph: the blocks, those of the parameters first.
/// </summary>
internal sealed class BlockTable
{
    private readonly Graph _graph;
    private readonly int[] _firstOfNode;
    private readonly int[] _firstOfParameter;
    private readonly Dictionary<string, int> _parameterIndex = new(StringComparer.Ordinal);

    public BlockTable(Graph graph)
    {
        _graph = graph;
        _firstOfNode = new int[graph.Nodes.Length];
        _firstOfParameter = new int[graph.Parameters.Length];
        var blocks = ImmutableArray.CreateBuilder<Block>();
        for (var parameter = 0; parameter < graph.Parameters.Length; parameter++)
        {
            _parameterIndex.Add(graph.Parameters[parameter].Name, parameter);
            _firstOfParameter[parameter] = blocks.Count;
            Add(blocks, graph.Parameters[parameter].Shape, parameter);
        }

        for (var node = 0; node < graph.Nodes.Length; node++)
        {
            _firstOfNode[node] = blocks.Count;
            Add(blocks, graph.Nodes[node].Shape, parameter: -1);
        }

        All = blocks.ToImmutable();
    }

    public ImmutableArray<Block> All { get; }

    /// <summary>The block of a node's axis.</summary>
    public int Of(Node node, int nodeIndex, Axis axis) => axis.Dimension + axis.Kind switch
    {
        AxisKind.Input => _firstOfNode[node.Inputs[axis.Index]],
        AxisKind.Output => _firstOfNode[nodeIndex],
        _ => _firstOfParameter[_parameterIndex[node.Parameters[axis.Index]]],
    };

    /// <summary>The block of a dimension of a parameter.</summary>
    public int OfParameter(int parameter, int dimension) => _firstOfParameter[parameter] + dimension;

    /// <summary>The blocks of a node's value.</summary>
    public IEnumerable<int> OfValue(int node) => Enumerable.Range(_firstOfNode[node], _graph.Nodes[node].Shape.Length);

    private static void Add(ImmutableArray<Block>.Builder blocks, ImmutableArray<long> shape, int parameter)
    {
        for (var dimension = 0; dimension < shape.Length; dimension++)
        {
            blocks.Add(new(checked((int)shape[dimension]), parameter, dimension));
        }
    }
}

/// <summary>One dimension: its size, and which parameter (-1 for a value) it is a dimension of.</summary>
internal readonly record struct Block(int Size, int Parameter, int Dimension);
