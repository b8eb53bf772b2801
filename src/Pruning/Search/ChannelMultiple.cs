using System.Numerics;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// What channels a group keeps multiples of where nobody says it. Kernels for inference take channels in blocks of the
/// processor's vectors: 16 with AVX-512 and on ARM, 8 with AVX2. Of 17 channels they compute 32, and a depthwise
/// convolution of 17 leaves them altogether. It does not depend on this machine: where a network is trained says
/// nothing about where it will run.
/// </summary>
internal static class ChannelMultiple
{
    /// <summary>The largest multiple.</summary>
    public const int Block = 16;

    // A group of a single width could not be cut. One of less than a block never fills a vector, and its channels are a
    // large part of it.
    private const int FewestWidths = 2;
    private const int FewestNarrowWidths = 4;

    /// <summary>
    /// The smallest number of channels that fills whole blocks, a channel of several indices (a head) counting as so
    /// many. In a group that has too few widths then, half as many, or a quarter.
    /// </summary>
    public static int Of(Group group)
    {
        var indices = group.Members.Min(member => member.IndicesPerChannel);
        var multiple = Block / (int)BigInteger.GreatestCommonDivisor(Block, indices);
        var fewest = (long)group.Channels * indices < Block ? FewestNarrowWidths : FewestWidths;
        while (multiple > 1 && multiple * fewest > group.Channels)
        {
            multiple /= 2;
        }

        return multiple;
    }
}
