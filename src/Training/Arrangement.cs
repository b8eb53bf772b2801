using Ocs.Torch;

namespace Ocs.Training;

/// <summary>What a run chooses by the clock, and a resumed one must not choose anew, for other kernels round differently.</summary>
/// <param name="IsPadded">Whether the cut network trains with zero channels beside its own.</param>
/// <param name="Format">How values lie in memory.</param>
/// <param name="Precision">What steps compute in.</param>
public sealed record Arrangement(bool IsPadded, MemoryFormat Format, Precision Precision);
