namespace Ocs.Graphs;

/// <summary>
/// What the coordinates of an axis are to an operator, as far as it tells which width of a network they are.
/// </summary>
public enum AxisRole
{
    /// <summary>Nothing that tells a width.</summary>
    None,

    /// <summary>The features that a linear layer reads.</summary>
    LinearInput,

    /// <summary>The features that a linear layer makes.</summary>
    LinearOutput,

    /// <summary>The features of a token that a norm takes its statistics over.</summary>
    Normalised,

    /// <summary>The last dimension of a sum: features of tokens.</summary>
    SummedFeatures,

    /// <summary>Another dimension of a sum.</summary>
    Summed,

    /// <summary>What attention is done for independently.</summary>
    Heads,

    /// <summary>What queries and keys are compared by.</summary>
    QueryKey,

    /// <summary>The values that attention takes means of.</summary>
    Value,
}
