namespace Ocs.Graphs;

/// <summary>What an <see cref="Axis"/> belongs to, seen from a node.</summary>
public enum AxisKind
{
    /// <summary>A value that the node reads.</summary>
    Input,

    /// <summary>The value that it makes.</summary>
    Output,

    /// <summary>A parameter or buffer of its own.</summary>
    Parameter,
}

/// <summary>One dimension of an input, of the output or of a parameter of a node.</summary>
/// <param name="Kind">Which of the node's tensors are meant.</param>
/// <param name="Index">Which input or parameter, by its position in the node; 0 for the output.</param>
/// <param name="Dimension">The dimension, counted from 0; 0 is the batch for inputs and outputs.</param>
public readonly record struct Axis(AxisKind Kind, int Index, int Dimension)
{
    /// <summary>A dimension of an input.</summary>
    public static Axis Input(int index, int dimension) => new(AxisKind.Input, index, dimension);

    /// <summary>A dimension of the output.</summary>
    public static Axis Output(int dimension) => new(AxisKind.Output, 0, dimension);

    /// <summary>A dimension of a parameter.</summary>
    public static Axis Parameter(int index, int dimension) => new(AxisKind.Parameter, index, dimension);
}
