using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// Counts a resource by the number of channels of each group that stay; it never falls when more stay.
/// </summary>
internal interface IResourceCount
{
    long Of(ReadOnlySpan<int> kept);
}

/// <summary>A constant times the sizes of some axes.</summary>
internal readonly record struct Product(long Coefficient, ImmutableArray<AxisUse> Factors)
{
    public long At(ReadOnlySpan<int> kept)
    {
        var product = Coefficient;
        foreach (var factor in Factors)
        {
            product *= factor.Size(kept);
        }

        return product;
    }
}

/// <summary>What adds up over layers: MACs, parameters, operations.</summary>
internal sealed class ProductSum(ImmutableArray<Product> terms) : IResourceCount
{
    public long Of(ReadOnlySpan<int> kept)
    {
        var total = 0L;
        foreach (var term in terms)
        {
            total += term.At(kept);
        }

        return total;
    }
}
