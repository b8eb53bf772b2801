namespace Ocs.Pruning.Saliency;

/// <summary>
/// A channel's squared norm, divided by the sum of the squared norms of all channels of the group that rank at least as
/// high, itself included. The scores of different layers can be compared without a rate for each layer. Lee et al.
/// 2021, LAMP, arXiv 2010.07611, for channels instead of weights.
/// </summary>
/// <remarks>
/// The squared norm is that of all slices together. The best channel of a group has 1, a channel that is zero has 0.
/// </remarks>
internal sealed class Lamp : ISaliency
{
    public string Name => OptionName.Of(nameof(SaliencyKind.Lamp));

    public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups)
    {
        var sums = SliceSums.Compute(groups, SliceNorms.SquaresAlong);
        return groups.Select(slices => Relative(slices.MeanOverMembers(sums.Of)));
    }

    private static double[] Relative(double[] squares)
    {
        var fromHere = new Dictionary<double, double>();
        var sum = 0.0;
        foreach (var square in squares.OrderDescending())
        {
            sum += square;
            fromHere[square] = sum;
        }

        return [.. squares.Select(square => square == 0 ? 0 : square / fromHere[square])];
    }
}
