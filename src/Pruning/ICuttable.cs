using Ocs.Pruning.Surgery;

namespace Ocs.Pruning;

/// <summary>What is cut along with the weights, such as the moments of an optimiser.</summary>
public interface ICuttable
{
    /// <summary>
    /// Keeps what the cut keeps; <see cref="CutPlan.Apply(string, Torch.Tensor)"/> does it for a tensor of a
    /// parameter's shape.
    /// </summary>
    void Cut(CutPlan plan);
}
