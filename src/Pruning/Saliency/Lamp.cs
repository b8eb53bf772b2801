namespace Ocs.Pruning.Saliency;

/// <summary>
/// A channel's squared norm over the sum of those of the group's channels that rank at least as high, itself among
/// them: a score that compares layers without a rate for each. Lee et al. 2021, LAMP, arXiv 2010.07611, for channels
/// instead of weights.
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
