using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// Changes the trained parameters of a network by their gradients, and keeps its state through a cut: counters stay.
/// </summary>
public interface IOptimizer : ICuttable, IDisposable
{
    /// <summary>
    /// What is kept between two steps. The optimiser goes on owning the tensors. They are those of the moment: a step,
    /// a cut or a restart may put others in their place.
    /// </summary>
    OptimizerState State { get; }

    /// <summary>
    /// The averaged gradients by parameter, which the optimiser goes on owning; empty before the first step, and where
    /// there are none. A slice that is shrunk to 0 loses its part of them, too.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> Momentum => ImmutableDictionary<string, Tensor>.Empty;

    /// <summary>
    /// Takes a state over, such as that of a checkpoint, before the first step. The optimiser then owns its tensors.
    /// </summary>
    /// <exception cref="OcsInputException">The state is of another optimiser; its tensors are disposed.</exception>
    void Restore(OptimizerState state);

    /// <summary>Changes every trained parameter by its gradient. The gradients are used up.</summary>
    /// <param name="parameters">The parameters of one network, the same at each step but for cuts.</param>
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
    /// Gives the state the shapes before a cut, zero where it has none: for a network that trains with padding.
    /// </summary>
    void Expand(CutPlan plan);

    /// <summary>Forgets the whole state, as if no step had been taken.</summary>
    void Restart();
}
