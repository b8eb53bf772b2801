using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// Updates the trained parameters of a network by their gradients. A cut keeps its state: tensors are cut, counters
/// stay.
/// </summary>
public interface IOptimizer : ICuttable, IDisposable
{
    /// <summary>
    /// The state between two steps. The optimiser owns the tensors. A step, a cut or a restart may replace them.
    /// </summary>
    OptimizerState State { get; }

    /// <summary>
    /// The averaged gradients by parameter, owned by the optimiser. Empty before the first step, and for optimisers
    /// without momentum. They are shrunk together with pruned slices.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> Momentum => ImmutableDictionary<string, Tensor>.Empty;

    /// <summary>
    /// Restores a state, such as that of a checkpoint, before the first step. The optimiser then owns its tensors.
    /// </summary>
    /// <exception cref="OcsInputException">The state is of another optimiser; its tensors are disposed.</exception>
    void Restore(OptimizerState state);

    /// <summary>Updates every trained parameter by its gradient. The gradients may be overwritten.</summary>
    /// <param name="parameters">The parameters of one network. Between cuts they must be the same at each step.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <exception cref="InvalidOperationException">A trained parameter has no gradient.</exception>
    void Step(ParameterTable parameters, double learningRate);

    /// <summary>
    /// The same with the learning rate in a tensor. The host reads nothing back, so the step may be part of a captured
    /// CUDA graph: the first step makes the state, and must not be captured itself.
    /// </summary>
    /// <param name="parameters">The parameters of one network.</param>
    /// <param name="learningRate">
    /// The learning rate of this step: [], float32, on the CPU or where the weights are.
    /// </param>
    /// <exception cref="InvalidOperationException">A trained parameter has no gradient.</exception>
    void Step(ParameterTable parameters, Tensor learningRate);

    /// <summary>
    /// Expands the state to the shapes before a cut, with zeros, for a network that trains with padding.
    /// </summary>
    void Expand(CutPlan plan);

    /// <summary>Resets the state, as if no step had been taken.</summary>
    void Restart();
}
