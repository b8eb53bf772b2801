using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>The most bytes of activations that are alive at once, a walk over the nodes a count.</summary>
internal sealed class PeakActivations : IResource
{
    private const int BytesPerValue = 4;

    private readonly ImmutableArray<Product> _bytes;
    private readonly ImmutableArray<ImmutableArray<int>> _releasedAfter;

    public PeakActivations(CouplingGraph coupling)
    {
        var graph = coupling.Graph;
        _bytes =
        [
            .. graph.Nodes.Select((node, index) => new Product(
                BytesPerValue,
                [.. node.Shape.Select((_, dimension) => coupling.UseOf(index, Axis.Output(dimension)))])),
        ];
        _releasedAfter = graph.ReleasedAfter();
    }

    public string Name => "memory";

    public long Count(SubnetworkSizes sizes)
    {
        var (alive, peak) = (0L, 0L);
        var bytes = new long[_bytes.Length];
        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] = _bytes[index].At(sizes.Kept);
            alive += bytes[index];
            peak = Math.Max(peak, alive);
            foreach (var released in _releasedAfter[index])
            {
                alive -= bytes[released];
            }
        }

        return peak;
    }
}
