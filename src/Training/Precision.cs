namespace Ocs.Training;

/// <summary>
/// What convolutions and products of a training step compute in (autocast). Weights, the optimiser, the pruning and
/// every evaluation stay in float32.
/// </summary>
public enum Precision
{
    /// <summary>float32, as PyTorch computes without autocast.</summary>
    Fp32,

    /// <summary>bfloat16, where autocast deems it safe.</summary>
    Bf16,

    /// <summary>With a dynamic factor on the loss, for its small gradients would be zero; on CUDA only.</summary>
    Fp16,

    /// <summary>
    /// bf16 where the processor has instructions for it and a step is faster by the clock, otherwise fp32.
    /// </summary>
    Auto,
}
