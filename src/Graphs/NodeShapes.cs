using System.Collections.Immutable;

namespace Ocs.Graphs;

/// <summary>
/// The shapes that an operator's rules see: of its inputs, of its parameters and, once inferred, of its output.
/// </summary>
/// <param name="NodeName">The node, for errors.</param>
/// <param name="Inputs">The inputs' shapes for a batch of one.</param>
/// <param name="Parameters">The parameters' shapes.</param>
/// <param name="Output">The output's shape for a batch of one; empty until it is inferred.</param>
public sealed record NodeShapes(
    string NodeName,
    ImmutableArray<ImmutableArray<long>> Inputs,
    ImmutableArray<ImmutableArray<long>> Parameters,
    ImmutableArray<long> Output)
{
    /// <summary>The number of coordinates of an axis.</summary>
    public long Size(Axis axis) => axis.Kind switch
    {
        AxisKind.Input => Inputs[axis.Index][axis.Dimension],
        AxisKind.Output => Output[axis.Dimension],
        _ => Parameters[axis.Index][axis.Dimension],
    };

    /// <summary>Every axis: those of the inputs, of the output, then of the parameters.</summary>
    public IEnumerable<Axis> Axes() => Inputs
        .SelectMany((shape, input) => shape.Select((_, dimension) => Axis.Input(input, dimension)))
        .Concat(Output.Select((_, dimension) => Axis.Output(dimension)))
        .Concat(Parameters.SelectMany(
            (shape, parameter) => shape.Select((_, dimension) => Axis.Parameter(parameter, dimension))));

    /// <summary>The error of a rule that these shapes break: <c>throw shapes.Error("...")</c>.</summary>
    /// <param name="what">What is wrong, without the node's name and the full stop.</param>
    public OcsInputException Error(string what) => new($"Node '{NodeName}': {what}.");

    /// <summary>Checks the number of inputs and parameters.</summary>
    /// <param name="inputs">How many inputs there must be.</param>
    /// <param name="parameters">How many parameters there may be.</param>
    /// <exception cref="OcsInputException">There is another number; the message names the node.</exception>
    public void Require(int inputs, params ReadOnlySpan<int> parameters)
    {
        if (Inputs.Length != inputs)
        {
            throw Error($"it takes {inputs} input(s), but has {Inputs.Length}");
        }

        if (!parameters.Contains(Parameters.Length))
        {
            throw Error(
                $"it takes {string.Join(" or ", parameters.ToArray())} parameters, but has {Parameters.Length}");
        }
    }

    /// <summary>Checks that an input has a number of dimensions.</summary>
    /// <param name="input">Which input, by its position.</param>
    /// <param name="ranks">How many dimensions it may have.</param>
    /// <exception cref="OcsInputException">It has another number; the message names the node.</exception>
    public void RequireRank(int input, params ReadOnlySpan<int> ranks)
    {
        if (!ranks.Contains(Inputs[input].Length))
        {
            throw Error(
                $"input {input} must have {string.Join(" or ", ranks.ToArray())} dimensions, but its shape is "
                + Show(Inputs[input]));
        }
    }

    /// <summary>The number of elements of a tensor of a shape: the product of its sizes, 1 for none.</summary>
    /// <exception cref="OverflowException">64 bits do not count them.</exception>
    public static long ElementCount(IEnumerable<long> shape) =>
        shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>A shape as text: [1, 3, 32, 32].</summary>
    public static string Show(ImmutableArray<long> shape) => $"[{string.Join(", ", shape)}]";
}
