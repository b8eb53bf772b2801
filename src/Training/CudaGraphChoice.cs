namespace Ocs.Training;

/// <summary>
/// Whether a training step on a CUDA device is captured once as a graph and then started with one call.
/// </summary>
public enum CudaGraphChoice
{
    /// <summary>Where it can be; steps of fp16 and of a profile can't.</summary>
    Auto,

    /// <summary>That it can't be is an error.</summary>
    On,

    /// <summary>Each operator is started by itself.</summary>
    Off,
}
