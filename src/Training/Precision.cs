namespace Ocs.Training;

/// <summary>
/// The precision of convolutions and matrix products in a training step (autocast). Weights, the optimiser, pruning and
/// every evaluation stay in float32.
/// </summary>
public enum Precision
{
    /// <summary>float32, as PyTorch computes without autocast.</summary>
    Fp32,

    /// <summary>bfloat16 for the operators that autocast converts.</summary>
    Bf16,

    /// <summary>float16 with dynamic loss scaling; on CUDA only.</summary>
    Fp16,

    /// <summary>bf16 if the processor has instructions for it and a timed step is faster; otherwise fp32.</summary>
    Auto,
}
