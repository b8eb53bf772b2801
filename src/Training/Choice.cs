using Ocs.Torch;

namespace Ocs.Training;

/// <summary>One way to run steps among those that the options leave open.</summary>
/// <param name="Padded">Whether the network is padded to widths that run faster.</param>
/// <param name="Format">The memory layout of values.</param>
/// <param name="Precision">The precision of steps.</param>
internal sealed record Choice(bool Padded, MemoryFormat Format, Precision Precision)
{
    /// <summary>All ways that the options leave open.</summary>
    /// <param name="options">The options.</param>
    /// <param name="precisions">The allowed precisions.</param>
    /// <param name="canPad">Whether the network can be padded.</param>
    public static List<Choice> Open(TrainingOptions options, IReadOnlyList<Precision> precisions, bool canPad)
    {
        bool[] paddings = !canPad || options.Padding == PaddingChoice.Never
            ? [false]
            : options.Padding == PaddingChoice.Always ? [true] : [false, true];
        var open =
            from padded in paddings
            from format in Formats(options.Layout)
            from precision in precisions
            select new Choice(padded, format, precision);
        return [.. open];
    }

    /// <summary>The layouts that an option leaves open.</summary>
    public static MemoryFormat[] Formats(LayoutChoice layout) => layout switch
    {
        LayoutChoice.Contiguous => [MemoryFormat.Contiguous],
        LayoutChoice.ChannelsLast => [MemoryFormat.ChannelsLast],
        _ => [MemoryFormat.Contiguous, MemoryFormat.ChannelsLast],
    };

    /// <summary>For messages: <c>channels-last, padded, bf16</c>.</summary>
    public override string ToString() =>
        $"{(Format == MemoryFormat.ChannelsLast ? "channels-last" : "contiguous")}{(Padded ? ", padded" : "")}"
        + (Precision == Precision.Fp32 ? "" : $", {Precision.Name()}");
}
