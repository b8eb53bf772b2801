using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import;

/// <summary>A node with the known shapes and constants of its inputs.</summary>
internal readonly record struct NodeArguments(OnnxGraph Graph, OnnxNode Node)
{
    public int InputCount => Node.Inputs.Length;

    /// <summary>The shape of an input.</summary>
    public ImmutableArray<long> Shape(int input) => Node.InputOrNull(input) is { } value
        ? Graph.ShapeOf(value) is { IsDefault: false } shape
            ? shape
            : throw Error($"the shape of its input '{value}' is not known")
        : throw Error($"it lacks input {input}");

    public int Rank(int input = 0) => Shape(input).Length;

    /// <summary>The constant at an input; null if the input is omitted or computed.</summary>
    public OnnxTensor? ConstantOrNull(int input) => Graph.Constant(Node.InputOrNull(input));

    /// <summary>The constant at an input; null if the input is omitted. A computed input is an error.</summary>
    public OnnxTensor? Constant(int input) => Node.InputOrNull(input) is { } value
        ? Graph.Constant(value)
            ?? throw Node.Unread(
                $"its input '{value}' must be a constant for the given input size, but it depends on what is computed")
        : null;

    public bool IsConstant(int input) => ConstantOrNull(input) is not null;

    /// <summary>Integers that are an attribute in older opsets and an input in newer ones; null if omitted.</summary>
    public long[]? Ints(string attribute, int input) => Node.Ints(attribute) ?? Constant(input)?.Integers;

    /// <summary>Axes counted from the front; null if omitted.</summary>
    public int[]? Axes(int input, int rank)
    {
        var axes = Ints("axes", input);
        if (axes is null)
        {
            return null;
        }

        var self = this;
        int[] normal = [.. axes.Select(axis => self.Normal(axis, rank))];
        return normal.Distinct().Count() == normal.Length ? normal : throw Error("it names an axis twice");
    }

    /// <summary>The attribute <c>axis</c> counted from the front.</summary>
    public int Axis(long otherwise, int rank) => Normal(Node.Int("axis", otherwise), rank);

    public int Normal(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw Error($"axis {axis} is not one of {rank} dimensions");

    public OcsInputException Error(string what) => Node.Error(what);
}
