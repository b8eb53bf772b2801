using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training.Distributed;

/// <summary>The running statistics of all norms of a network as one tensor, because they are small and many.</summary>
internal static class RunningStatistics
{
    /// <summary>All of them, [count], on the CPU; the caller owns it.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="tables">Its parameters, and their average if there is one.</param>
    public static Tensor Of(Graph graph, IReadOnlyList<ParameterTable> tables)
    {
        float[] numbers = [.. Buffers(graph, tables).SelectMany(buffer => buffer.ToArray<float>())];
        return Tensor.FromArray(numbers, [numbers.Length]);
    }

    /// <summary>Restores the statistics of a network.</summary>
    /// <exception cref="OcsInputException">The statistics are of another network.</exception>
    public static void Set(Graph graph, IReadOnlyList<ParameterTable> tables, Tensor statistics)
    {
        using var _ = Autograd.NoGrad();
        var buffers = Buffers(graph, tables).ToList();
        if (statistics.ElementCount != buffers.Sum(buffer => buffer.ElementCount))
        {
            throw new OcsInputException("The checkpoint's running statistics are not of this network; "
                + "resume with the options that the run began with.");
        }

        var first = 0L;
        foreach (var buffer in buffers)
        {
            using var part = Aten.Slice(statistics, 0, first, first + buffer.ElementCount);
            using var shaped = Aten.Reshape(part, buffer.Shape.ToArray());
            Aten.CopyInPlace(buffer, shaped);
            first += buffer.ElementCount;
        }
    }

    private static IEnumerable<Tensor> Buffers(Graph graph, IReadOnlyList<ParameterTable> tables) =>
        tables.SelectMany(parameters =>
        graph.Parameters.Where(spec => spec.Role == ParameterRole.Buffer).Select(spec => parameters[spec.Name]));
}
