using Ocs.Torch;

namespace Ocs.Training;

/// <summary>A way to run steps, one of those that the options leave open.</summary>
/// <param name="Padded">Whether the network is padded to widths that run faster.</param>
/// <param name="Format">How values lie in memory.</param>
/// <param name="Precision">What steps compute in.</param>
internal sealed record Choice(bool Padded, MemoryFormat Format, Precision Precision)
{
    /// <summary>All that the options leave open.</summary>
    /// <param name="options">What is chosen already.</param>
    /// <param name="precisions">What may be computed in.</param>
    /// <param name="canPad">Whether there is a padding.</param>
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

    /// <summary>For people: <c>channels-last, padded, bf16</c>.</summary>
    public override string ToString() =>
        $"{(Format == MemoryFormat.ChannelsLast ? "channels-last" : "contiguous")}{(Padded ? ", padded" : "")}"
        + (Precision == Precision.Fp32 ? "" : $", {Precision.Name()}");
}
