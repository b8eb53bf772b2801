using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// What a run chooses by the clock, and a resumed one must not choose anew, for other kernels round differently.
/// </summary>
/// <param name="IsPadded">Whether the cut network trains with zero channels beside its own.</param>
/// <param name="Format">How values lie in memory.</param>
/// <param name="Precision">What steps compute in.</param>
internal sealed record Arrangement(bool IsPadded, MemoryFormat Format, Precision Precision);

/// <summary>
/// Seconds of forward and backward passes of one batch before a cut and after it, in turns, so that what else the
/// machine does hits both alike.
/// </summary>
/// <param name="Before">Of the whole network, as it was trained.</param>
/// <param name="After">Of the cut network, as it trains on.</param>
public sealed record StepSpeed(double Before, double After);
