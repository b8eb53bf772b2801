namespace Ocs.Pruning;

/// <summary>What a budget counts: Psi of Eq. 1.</summary>
public enum Resource
{
    /// <summary>Multiply-accumulates of convolutions, linear layers and matrix products.</summary>
    Macs,

    /// <summary>Trained values.</summary>
    Parameters,

    /// <summary>What the authors' program counts: norms, activations, pooling and biases too.</summary>
    Operations,

    /// <summary>Bytes of activations that are alive at once in inference, at most.</summary>
    Memory,
}
