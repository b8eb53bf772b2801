namespace Ocs.Graphs;

/// <summary>
/// The role of an axis in an operator. It shows which width of a network the coordinates of the axis belong to.
/// </summary>
public enum AxisRole
{
    /// <summary>No particular role.</summary>
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

    /// <summary>Heads of attention.</summary>
    Heads,

    /// <summary>Features that queries and keys are compared by.</summary>
    QueryKey,

    /// <summary>Features of the values that attention averages.</summary>
    Value,
}
