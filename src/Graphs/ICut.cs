namespace Ocs.Graphs;

/// <summary>What an operator's surgery rule sees: the coordinates of its axes that stay, ascending.</summary>
public interface ICut
{
    /// <summary>The shapes of the node's inputs, parameters and output before the cut.</summary>
    NodeShapes Shapes { get; }

    /// <summary>The kept coordinates of an axis, numbered as before the cut.</summary>
    IReadOnlyList<int> Kept(Axis axis);
}
