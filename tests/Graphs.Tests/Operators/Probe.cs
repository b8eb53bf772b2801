using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Asks a single operator for its rules.</summary>
internal static class Probe
{
    public static ImmutableArray<long> Shape(params ReadOnlySpan<long> sizes) => [.. sizes];

    public static NodeShapes Shapes(
        Operator op, ImmutableArray<long>[] inputs, params ImmutableArray<long>[] parameters)
    {
        var shapes = new NodeShapes("node", [.. inputs], [.. parameters], []);
        return shapes with { Output = op.InferShape(shapes) };
    }

    /// <summary>The sentence of the error that a shape rule throws.</summary>
    public static string Error(Operator op, ImmutableArray<long>[] inputs, params ImmutableArray<long>[] parameters) =>
        Assert.Throws<OcsInputException>(() => Shapes(op, inputs, parameters)).Message;

    /// <summary>The values of the output for inputs and parameters of given values and shapes.</summary>
    public static float[] Run(
        Operator op, (float[] Values, long[] Shape)[] inputs, params (float[] Values, long[] Shape)[] parameters) =>
        Run(op, training: false, inputs, parameters);

    public static float[] Run(
        Operator op, bool training, (float[] Values, long[] Shape)[] inputs,
        params (float[] Values, long[] Shape)[] parameters)
    {
        var x = inputs.Select(pair => Tensor.FromArray<float>(pair.Values, pair.Shape)).ToArray();
        var p = parameters.Select(pair => Tensor.FromArray<float>(pair.Values, pair.Shape)).ToArray();
        try
        {
            using var output = op.Run(new(x, p, training, inPlace: false));
            return output.ToArray<float>();
        }
        finally
        {
            Array.ForEach(x, tensor => tensor.Dispose());
            Array.ForEach(p, tensor => tensor.Dispose());
        }
    }

    public static long Macs(Operator op, NodeShapes shapes) => op.Macs(shapes)
        .Sum(term => term.Factors.Aggregate(term.Coefficient, (product, axis) => product * shapes.Size(axis)));

    /// <summary>What the coupling rule says, one "axis[index]~axis[index]" for each tie, in order.</summary>
    public static RecordedCoupling Couple(Operator op, NodeShapes shapes)
    {
        var coupling = new RecordedCoupling(shapes);
        op.Couple(coupling);
        return coupling;
    }

    /// <summary>Asserts that a rule states these ties, among others.</summary>
    public static void AssertTied(IReadOnlySet<string> ties, params string[] expected) =>
        Assert.All(expected, tie => Assert.Contains(tie, ties));
}

/// <summary>Writes down what a coupling rule says.</summary>
internal sealed class RecordedCoupling(NodeShapes shapes) : ICoupling
{
    private readonly HashSet<string> _ties = [];

    public NodeShapes Shapes { get; } = shapes;

    /// <summary>Every tie of two coordinates.</summary>
    public IReadOnlySet<string> Ties => _ties;

    public List<Axis> Freed { get; } = [];

    public List<(Axis Axis, string Reason)> Frozen { get; } = [];

    public void Tie(Axis a, Axis b)
    {
        Assert.Equal(Shapes.Size(a), Shapes.Size(b));
        for (var index = 0L; index < Shapes.Size(a); index++)
        {
            Tie(a, index, b, index);
        }
    }

    public void Tie(Axis a, long aIndex, Axis b, long bIndex)
    {
        Assert.InRange(aIndex, 0, Shapes.Size(a) - 1);
        Assert.InRange(bIndex, 0, Shapes.Size(b) - 1);
        string[] ends = [Show(a, aIndex), Show(b, bIndex)];
        Array.Sort(ends, StringComparer.Ordinal);
        if (ends[0] != ends[1])
        {
            _ties.Add(string.Join('~', ends));
        }
    }

    public void Free(Axis axis) => Freed.Add(axis);

    public void Freeze(Axis axis, string reason) => Frozen.Add((axis, reason));

    /// <summary>"in0.1[3]": input 0, dimension 1, coordinate 3; "out.1[3]"; "p0.1[3]".</summary>
    private static string Show(Axis axis, long index) => axis.Kind switch
    {
        AxisKind.Input => $"in{axis.Index}.{axis.Dimension}[{index}]",
        AxisKind.Output => $"out.{axis.Dimension}[{index}]",
        _ => $"p{axis.Index}.{axis.Dimension}[{index}]",
    };
}

/// <summary>A cut that keeps given coordinates of given axes, all of the others.</summary>
internal sealed class FakeCut(NodeShapes shapes, params (Axis Axis, int[] Kept)[] kept) : ICut
{
    public NodeShapes Shapes { get; } = shapes;

    public IReadOnlyList<int> Kept(Axis axis)
    {
        var given = kept.FirstOrDefault(pair => pair.Axis == axis).Kept;
        return given ?? [.. Enumerable.Range(0, (int)Shapes.Size(axis))];
    }
}
