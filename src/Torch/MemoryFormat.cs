namespace Ocs.Torch;

/// <summary>The order of a tensor's elements in memory.</summary>
public enum MemoryFormat
{
    /// <summary>Row-major: [N, C, H, W] with W innermost.</summary>
    Contiguous = 0,

    /// <summary>The format of the input.</summary>
    Preserve = 1,

    /// <summary>[N, C, H, W] stored as N, H, W, C; for four dimensions only.</summary>
    ChannelsLast = 2,
}
