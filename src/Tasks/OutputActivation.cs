namespace Ocs.Tasks;

/// <summary>What turns an output of a network into its prediction.</summary>
public enum OutputActivation
{
    /// <summary>Not known: a teacher has nothing to say about the output.</summary>
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

    /// <summary>Each value is a logit. The sigmoid makes it the probability of a label of its own.</summary>
    Sigmoid,

    /// <summary>The values are the predictions themselves.</summary>
    Identity,
}
