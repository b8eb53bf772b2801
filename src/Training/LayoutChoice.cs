namespace Ocs.Training;

/// <summary>The memory layout of values during training.</summary>
public enum LayoutChoice
{
    /// <summary>Both layouts are timed on the first batch, and the faster one is used.</summary>
    Auto,

    /// <summary>Channels first: batch, channels, height, width.</summary>
    Contiguous,

    /// <summary>Channels last: batch, height, width, channels. The channels of a pixel are neighbours.</summary>
    ChannelsLast,
}
