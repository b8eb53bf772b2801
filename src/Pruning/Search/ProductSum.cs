using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>What adds up over layers: MACs, parameters, operations.</summary>
internal sealed class ProductSum(string name, ImmutableArray<Product> terms) : IResource
{
    public string Name { get; } = name;

    public long Count(SubnetworkSizes sizes)
    {
        var total = 0L;
        foreach (var term in terms)
        {
            total += term.At(sizes.Kept);
        }

        return total;
    }
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
