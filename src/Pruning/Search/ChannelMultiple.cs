using System.Numerics;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// The default multiple of channels that a group keeps. Inference kernels process channels in blocks of the processor's
/// vectors: 16 with AVX-512 and on ARM, 8 with AVX2. For 17 channels they compute 32, and a depthwise convolution of 17
/// channels is not run by these kernels at all. The multiple does not depend on this machine, because a network is
/// often deployed on another one.
/// </summary>
internal static class ChannelMultiple
{
    /// <summary>The largest multiple.</summary>
    public const int Block = 16;

    // A group with a single allowed width could not be cut. A group narrower than a block never fills a vector, and
    // each of its channels is a large part of it.
    private const int FewestWidths = 2;
    private const int FewestNarrowWidths = 4;

    /// <summary>
    /// The smallest number of channels that fills whole blocks. A channel of several indices (a head) counts as that
    /// many. If the group then has too few widths, half of it, or a quarter.
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
