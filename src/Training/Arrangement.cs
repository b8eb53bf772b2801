using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// What a run chooses by timing. A resumed run keeps the choice, because other kernels round differently.
/// </summary>
/// <param name="IsPadded">Whether the cut network is padded with zero channels while it trains.</param>
/// <param name="Format">The memory layout of values.</param>
/// <param name="Precision">The precision of steps.</param>
internal sealed record Arrangement(bool IsPadded, MemoryFormat Format, Precision Precision);

/// <summary>
/// Seconds of the forward and backward pass of one batch before and after a cut. Both run in turns, so that other load
/// on the machine slows both alike.
/// </summary>
/// <param name="Before">Of the whole network, as it was trained.</param>
/// <param name="After">Of the cut network, as it trains on.</param>
public sealed record StepSpeed(double Before, double After);
