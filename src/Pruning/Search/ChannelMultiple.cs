using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// What channels a group keeps multiples of where nobody says it. Kernels for inference take channels in blocks of the processor's
/// vectors: 16 with AVX-512 and on ARM, 8 with AVX2. Of 17 channels they compute 32, and a depthwise convolution of 17 leaves them altogether. It
/// does not depend on this machine: where a network is trained says nothing about where it will run.
/// </summary>
internal static class ChannelMultiple
{
    /// <summary>The largest multiple.</summary>
    public const int Block = 16;

    // A group of a single width could not be cut.
    private const int FewestWidths = 2;

    /// <summary>The largest power of two up to a block of which the group has two.</summary>
    public static int Of(Group group)
    {
        var multiple = Block;
        while (multiple > 1 && multiple * FewestWidths > group.Channels)
        {
            multiple /= 2;
        }

        return multiple;
    }
}
