namespace Ocs.Graphs;

/// <summary>
/// Receives an operator's coupling rule: which coordinates of its axes must be removed together. An axis that the rule
/// neither ties nor frees is frozen by the node.
/// </summary>
public interface ICoupling
{
    /// <summary>The shapes of the node's inputs, parameters and output.</summary>
    NodeShapes Shapes { get; }

    /// <summary>
    /// Coordinate i of <paramref name="a"/> leaves with coordinate i of <paramref name="b"/>, for every i.
    /// </summary>
    /// <exception cref="InvalidOperationException">The axes have different sizes.</exception>
    void Tie(Axis a, Axis b);

    /// <summary>One coordinate of <paramref name="a"/> leaves with one of <paramref name="b"/>.</summary>
    void Tie(Axis a, long aIndex, Axis b, long bIndex);

    /// <summary>The coordinates of an axis may leave, whatever the node's other axes do.</summary>
    void Free(Axis axis);

    /// <summary>No coordinate of an axis can be removed, for a reason that is shown to users.</summary>
    void Freeze(Axis axis, string reason);
}
