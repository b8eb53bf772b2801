namespace Ocs.Torch;

/// <summary>The order in which a tensor's elements lie in memory.</summary>
public enum MemoryFormat
{
    /// <summary>Row-major: [N, C, H, W] with W innermost.</summary>
    Contiguous = 0,

    /// <summary>Whatever the input has.</summary>
    Preserve = 1,

    /// <summary>[N, C, H, W] stored as N, H, W, C; for four dimensions only.</summary>
    ChannelsLast = 2,
}
