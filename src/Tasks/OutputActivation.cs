namespace Ocs.Tasks;

/// <summary>The activation that turns an output of a network into its prediction.</summary>
public enum OutputActivation
{
    /// <summary>Unknown: the output cannot be learnt from a teacher.</summary>
    None,

    /// <summary>
    /// The output is [N, C] or [N, C, ...] of logits. A softmax over C makes them the probabilities of classes of which
    /// one is right.
    /// </summary>
    Softmax,

    /// <summary>
    /// The output is [N, ..., C] of logits, such as those of each token. A softmax over C makes them the probabilities
    /// of classes of which one is right.
    /// </summary>
    SoftmaxOverLast,

    /// <summary>Each value is a logit. The sigmoid makes it the probability of one label.</summary>
    Sigmoid,

    /// <summary>The values are the predictions themselves.</summary>
    Identity,
}
