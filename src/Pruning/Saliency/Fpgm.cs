using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Saliency;

/// <summary>
/// The sum of a filter's Euclidean distances to the group's other filters, mean over the group's layers: a filter near
/// the geometric median is one that the others can replace. He et al. 2019, FPGM, arXiv 1811.00250.
/// </summary>
/// <remarks>A filter is a channel's rows of a weight, flattened; columns and norm weights are not read.</remarks>
internal sealed class Fpgm : ISaliency
{
    public string Name => OptionName.Of(nameof(SaliencyKind.Fpgm));

    public bool Reads(GroupMember member) => member is { Dimension: 0, Role: ParameterRole.Weight };

    public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups) => groups.Select(slices =>
    {
        var distances = slices.Members.ToDictionary(
            member => member.Parameter, member => Distances(member, slices.ParameterOf(member)));
        return slices.MeanOverMembers((member, channel) => distances[member.Parameter][channel], "rows of a weight");
    });

    private static double[] Distances(GroupMember member, Tensor parameter)
    {
        using var _ = Autograd.NoGrad();
        long[] order = [.. member.Indices.Select(index => (long)index)];
        using var onCpu = Tensor.FromArray<long>(order, [order.Length]);
        using var indices = onCpu.To(parameter.Device);
        using var rows = Aten.IndexSelect(parameter, 0, indices);
        using var filters = Aten.Reshape(rows, [order.Length / member.IndicesPerChannel, -1]);
        using var exact = filters.To(DType.Float64);
        using var pairs = Aten.Call("aten::cdist", "", exact, exact, 2.0, OperatorArgument.None)[0];
        using var sums = Aten.Sum(pairs, [1]);
        return sums.ToArray<double>();
    }
}
