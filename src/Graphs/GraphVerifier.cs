using System.Collections.Immutable;

namespace Ocs.Graphs;

/// <summary>Checks that a graph is legal: names, order, parameters, and every shape inferred anew.</summary>
public static class GraphVerifier
{
    /// <summary>
    /// The most that the sizes of all dimensions of all values and parameters may add up to: each of these coordinates
    /// may be a channel, and takes some bytes where channels that leave together are found.
    /// </summary>
    internal const long HighestCoordinates = 1 << 24;

    /// <summary>Throws <see cref="OcsInputException"/> that names the first node that is wrong.</summary>
    public static void Verify(Graph graph)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        if (graph.Parameters
            .GroupBy(spec => spec.Name, StringComparer.Ordinal)
            .FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new OcsInputException($"Network '{graph.Name}' has two parameters named '{twice.Key}'.");
        }

        for (var index = 0; index < graph.Nodes.Length; index++)
        {
            var node = graph.Nodes[index];
            if (!names.Add(node.Name))
            {
                throw new OcsInputException($"Network '{graph.Name}' has two nodes named '{node.Name}'.");
            }

            if (node.Inputs.FirstOrDefault(input => input < 0 || input >= index, -1) is >= 0 and var late)
            {
                throw new OcsInputException($"Node '{node.Name}' reads value %{late}, which is not made before it.");
            }

            if (node.Inputs.Any(input => input < 0))
            {
                throw new OcsInputException($"Node '{node.Name}' reads a value with a negative number.");
            }

            used.UnionWith(node.Parameters);
            var inferred = CheckShape(node.Name, node.Operator.InferShape(graph.ShapesOf(node)));
            if (!inferred.SequenceEqual(node.Shape))
            {
                throw new OcsInputException(
                    $"Node '{node.Name}' states shape {NodeShapes.Show(node.Shape)}, "
                    + $"but its inputs give {NodeShapes.Show(inferred)}.");
            }
        }

        if (graph.Parameters.FirstOrDefault(spec => !used.Contains(spec.Name)) is { } unused)
        {
            throw new OcsInputException($"Parameter '{unused.Name}' of network '{graph.Name}' is used by no node.");
        }

        if ((graph.Outputs.IsEmpty && graph.Origin?.Kept is null)
            || graph.Outputs.Any(output => output < 0 || output >= graph.Nodes.Length))
        {
            throw new OcsInputException($"Network '{graph.Name}' must name at least one of its values as output.");
        }

        if (graph.Origin?.Fits(graph.InputNodes.Count(), graph.Outputs.Length) == false)
        {
            throw new OcsInputException(
                $"What network '{graph.Name}' keeps of its ONNX file "
                + "does not name each of its inputs and outputs once.");
        }

        CheckSizes(graph);
    }

    /// <summary>The shape of a node's value, which must hold at least one number and be countable.</summary>
    internal static ImmutableArray<long> CheckShape(string node, ImmutableArray<long> shape) => shape
        .All(size => size is > 0 and <= int.MaxValue)
        ? shape
        : throw new OcsInputException(
            $"Node '{node}': its output {NodeShapes.Show(shape)} has a dimension that is empty or larger than "
            + $"{int.MaxValue}.");

    private static void CheckSizes(Graph graph)
    {
        var coordinates = graph.Nodes
            .Select(node => node.Shape)
            .Concat(graph.Parameters.Select(spec => spec.Shape))
            .Sum(shape => shape.Sum());
        if (coordinates > HighestCoordinates)
        {
            throw new OcsInputException(
                $"The sizes of all values and parameters of network '{graph.Name}' add up to {coordinates}, "
                + $"and at most {HighestCoordinates} are possible; give it smaller inputs.");
        }

        try
        {
            _ = checked(graph.Macs + graph.ParameterCount);
        }
        catch (OverflowException error)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' has more multiply-accumulates or parameters than 64 bits count.", error);
        }
    }
}
