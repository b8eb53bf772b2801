using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <summary>Rewrites a network for parameters with fewer rows and columns.</summary>
internal sealed class Resizing
{
    private readonly Graph _before;
    private readonly ImmutableArray<ParameterSpec> _parameters;
    private readonly Dictionary<string, ImmutableArray<long>> _shapes;
    private readonly Dictionary<int, Slice> _slices = [];

    public Resizing(Graph graph, IReadOnlyDictionary<string, ImmutableArray<long>> shapes)
    {
        _before = graph;
        foreach (var (name, shape) in shapes)
        {
            RequireNarrower(graph.Parameter(name), shape);
        }

        _parameters =
        [
            .. graph.Parameters.Select(spec => spec with { Shape = shapes.GetValueOrDefault(spec.Name, spec.Shape) }),
        ];
        _shapes = _parameters.ToDictionary(spec => spec.Name, spec => spec.Shape, StringComparer.Ordinal);
    }

    public Graph Apply()
    {
        var after = _before.Rewrite(_parameters, (index, shapes) => _before.Nodes[index].Operator switch
        {
            Slice slice => _slices[index] = Resize(index, slice, shapes),
            PadChannels pad when WidthForReaders(index, dimension: 1) is { } width =>
                pad.WithZeros(width - shapes.Inputs[0][1], shapes),
            var other => other.Resize(_before.ShapesOf(index), shapes),
        });
        foreach (var output in _before.Outputs)
        {
            RequireSameOutput(_before.Nodes[output], after.Nodes[output]);
        }

        return after;
    }

    private static void RequireNarrower(ParameterSpec spec, ImmutableArray<long> shape)
    {
        // A weight's rows and columns are channels, what follows is its kernel; of other parameters any dimension may
        // be.
        var kernel = spec.Role == ParameterRole.Weight ? 2 : spec.Shape.Length;
        var fits = shape.Length == spec.Shape.Length
            && shape.Zip(spec.Shape).All(pair => pair.First >= 1 && pair.First <= pair.Second)
            && shape.Skip(kernel).SequenceEqual(spec.Shape.Skip(kernel));
        if (!fits)
        {
            throw new OcsInputException(
                $"Parameter '{spec.Name}' of shape {NodeShapes.Show(spec.Shape)} cannot become "
                + $"{NodeShapes.Show(shape)}: it may be narrower, but of the same rank and with the same kernel.");
        }
    }

    private static void RequireSameOutput(Node before, Node after)
    {
        if (!after.Shape.SequenceEqual(before.Shape))
        {
            throw new OcsInputException(
                $"Node '{before.Name}' is an output of shape {NodeShapes.Show(before.Shape)}, "
                + $"but would be {NodeShapes.Show(after.Shape)}.");
        }
    }

    /// <summary>
    /// A range of fewer channels. Where it begins follows from the range before it or from its end, how long it is from
    /// who reads it; what neither tells is an error, for a guess could be wrong and fit.
    /// </summary>
    private Slice Resize(int index, Slice slice, NodeShapes shapes)
    {
        var before = _before.ShapesOf(index).Inputs[0][slice.Dimension];
        var after = shapes.Inputs[0][slice.Dimension];
        if (after == before)
        {
            return slice;
        }

        var endsWithInput = slice.Start + slice.Length == before;
        var start = slice.Start == 0 ? 0 : EndOfRangeBefore(index, slice);
        var length = endsWithInput && start is not null ? after - start : WidthForReaders(index, slice.Dimension);
        start ??= endsWithInput ? after - length : null;
        return start is { } first && length is { } count
            ? slice with { Start = (int)first, Length = (int)count }
            : throw shapes.Error(
                $"its range of {after} instead of {before} channels cannot be known from the parameters' shapes");
    }

    private long? EndOfRangeBefore(int index, Slice slice)
    {
        for (var other = 0; other < index; other++)
        {
            if (_before.Nodes[other].Operator is Slice before
                && _before.Nodes[other].Inputs[0] == _before.Nodes[index].Inputs[0]
                && before.Dimension == slice.Dimension
                && before.Start + before.Length == slice.Start
                && _slices[other] is var after)
            {
                return after.Start + after.Length;
            }
        }

        return null;
    }

    // The first parameter behind a value that has a dimension for its channels.
    private long? WidthForReaders(int value, int dimension) => Enumerable
        .Range(value + 1, _before.Nodes.Length - value - 1)
        .Where(reader => _before.Nodes[reader].Inputs.Contains(value))
        .Select(reader => WidthFor(reader, dimension))
        .FirstOrDefault(width => width is not null);

    private long? WidthFor(int reader, int dimension)
    {
        var node = _before.Nodes[reader];
        return node.Operator switch
        {
            BatchNorm2d when dimension == 1 => _shapes[node.Parameters[0]][0],
            Convolution conv when dimension == 1 =>
                conv.InputChannelsOf(_shapes[node.Parameters[0]], _before.ShapesOf(reader)),
            Linear when dimension == node.Shape.Length - 1 => _shapes[node.Parameters[0]][1],
            Activation or Add or Dropout or MaxPool2d or MaxPool3d or AveragePool2d or AveragePool3d
                or AdaptiveAveragePool2d or AdaptiveAveragePool3d =>
                WidthForReaders(reader, dimension),
            _ => null,
        };
    }
}
