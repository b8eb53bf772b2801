namespace Ocs.Pruning.Search;

/// <summary>
/// What a sub-network costs: Psi of Eq. 1. <see cref="PruneOptions.CustomResource"/> takes one of your own.
/// </summary>
public interface IResource
{
    /// <summary>Its name in messages, such as "bytes of weights".</summary>
    string Name { get; }

    /// <summary>Counts it. It must not fall when more channels stay.</summary>
    /// <remarks>A search counts hundreds of sub-networks.</remarks>
    /// <param name="sizes">The sizes of the sub-network.</param>
    /// <returns>A number in any unit, above 0 for the whole network.</returns>
    long Count(SubnetworkSizes sizes);
}
