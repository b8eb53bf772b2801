namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>The range of an ONNX Slice on one axis: start, step and length.</summary>
internal readonly record struct SliceRange(int Axis, long Start, long Step, long Length)
{
    public static IReadOnlyList<SliceRange> Of(NodeArguments node)
    {
        var shape = node.Shape(0);
        var starts = node.Ints("starts", 1) ?? throw node.Error("it has no starts");
        var ends = node.Ints("ends", 2) ?? throw node.Error("it has no ends");
        var axes = node.Axes(3, shape.Length) ?? [.. Enumerable.Range(0, Math.Min(starts.Length, shape.Length))];
        var steps = node.Constant(4)?.Integers ?? [.. starts.Select(_ => 1L)];
        return starts.Length == ends.Length && starts.Length == axes.Length && starts.Length == steps.Length
            ? [.. axes
                .Select((axis, index) => Range(node, axis, shape[axis], starts[index], ends[index], steps[index]))]
            : throw node.Error("its starts, ends, axes and steps are not equally many");
    }

    private static SliceRange Range(NodeArguments node, int axis, long size, long start, long end, long step)
    {
        if (step is 0 or long.MinValue)
        {
            throw node.Error($"step {step} does not move on");
        }

        var (from, to) = step > 0
            ? (Clamp(start, 0, size), Clamp(end, 0, size))
            : (Clamp(start, 0, size - 1), Clamp(end, -1, size - 1));
        var distance = step > 0 ? to - from : from - to;
        var stride = Math.Abs(step);
        return new(axis, from, step, distance <= 0 ? 0 : (distance - 1) / stride + 1);

        long Clamp(long bound, long lowest, long highest) =>
            Math.Clamp(bound < 0 ? Math.Max(bound, -size - 1) + size : bound, Math.Min(lowest, highest), highest);
    }
}
