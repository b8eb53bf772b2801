namespace Ocs.Training;

/// <summary>How values lie in memory during training.</summary>
public enum LayoutChoice
{
    /// <summary>Both layouts are timed on the first batch, and the faster is kept.</summary>
    Auto,

    /// <summary>Channels first: batch, channels, height, width.</summary>
    Contiguous,

    /// <summary>The channels of a pixel lie side by side.</summary>
    ChannelsLast,
}
