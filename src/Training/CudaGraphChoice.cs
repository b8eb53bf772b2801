namespace Ocs.Training;

/// <summary>
/// Whether a training step on a CUDA device is captured once as a graph and then started with one call.
/// </summary>
public enum CudaGraphChoice
{
    /// <summary>Steps are captured if possible. Steps in fp16 and profiled steps cannot be captured.</summary>
    Auto,

    /// <summary>Steps are captured; it is an error if they cannot be.</summary>
    On,

    /// <summary>Each operator is launched separately.</summary>
    Off,
}
