using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Saliency;

/// <summary>
/// A criterion: how much each channel of a group matters. Set <see cref="PruneOptions.CustomSaliency"/> to use your
/// own.
/// </summary>
/// <remarks>Channels with the lowest scores are removed first. Scores are compared across groups too.</remarks>
public interface ISaliency
{
    /// <summary>Its name in records and messages.</summary>
    string Name { get; }

    /// <summary>
    /// Whether it reads gradients of the parameters. `OneCycleTrainer` then takes those of some training batches before
    /// each ranking. A loop of your own calls `TrainingGradients.Accumulate`.
    /// </summary>
    bool NeedsGradients => false;

    /// <summary>
    /// Whether a channel's slices in this parameter count: those of weights and norm weights, unless said otherwise.
    /// </summary>
    /// <param name="member">A parameter of a group, and the dimension in which channels have slices.</param>
    bool Reads(GroupMember member) => member.IsCounted;

    /// <summary>Scores the channels.</summary>
    /// <param name="groups">The groups that may be cut, with the slices that count.</param>
    /// <returns>For each group, in the same order, a number for each of its channels.</returns>
    /// <exception cref="OcsInputException">A group has no slices that count, or a gradient is missing.</exception>
    IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups);
}
