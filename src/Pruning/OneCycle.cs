using Ocs.Graphs;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning;

/// <summary>
/// The one cycle (Alg. 1) for your own training loop. The loop calls <see cref="BeginEpoch"/>, and in each step
/// <see cref="AfterBackward"/> and <see cref="AfterStep"/>. The cut, with its proof, is made when an epoch begins.
/// </summary>
/// <example><code>
/// using var cycle = new OneCycle(network, new OneCycleOptions { Target = 0.5 }, epochs);
/// for (var epoch = 0; epoch &lt; epochs; epoch++)
/// {
///     cycle.BeginEpoch(epoch, probe, optimizer);
///     foreach (var batch in batches)
///     {
///         using var loss = Loss(cycle.Network.Forward(batch.Images, training: true), batch);
///         Autograd.Backward(loss);
///         cycle.AfterBackward();
///         optimizer.Step(cycle.Network.Parameters, rate);
///         cycle.AfterStep(rate);
///     }
/// }
///
/// cycle.End(probe, optimizer);
/// </code></example>
public sealed class OneCycle : IDisposable
{
    private readonly OneCyclePruner _pruner;
    private int _epoch = -1;
    private int _step;
    private int _stepsPerEpoch;
    private Next _next = Next.Epoch;

    /// <summary>Begins with a whole network.</summary>
    /// <param name="network">The network, which the cycle then owns.</param>
    /// <param name="options">The method's options.</param>
    /// <param name="epochs">How many epochs the loop will train. Options that are null are derived from it.</param>
    /// <exception cref="OcsInputException">An option is out of range, or does not fit so many epochs.</exception>
    public OneCycle(Network network, OneCycleOptions options, int epochs)
        : this(network, network.Graph, options, epochs)
    {
    }

    private OneCycle(Network network, Graph original, OneCycleOptions options, int epochs)
    {
        options.ValidateFor(epochs);
        (Original, Network) = (original, network);
        _pruner = new(original, network.Parameters, options.For(epochs));
    }

    private enum Next
    {
        Epoch,
        BackwardOrEpoch,
        Step,
        Nothing,
    }

    /// <summary>The network before the cut.</summary>
    public Graph Original { get; }

    /// <summary>The current network. The cut replaces it with another one, which has a record of the cut.</summary>
    public Network Network { get; private set; }

    /// <summary>The proof of the cut; null before it.</summary>
    public GateResult? Gate { get; private set; }

    /// <summary>Whether the network was cut.</summary>
    public bool IsCut => Gate is not null;

    /// <summary>Everything besides <see cref="Network"/> that is needed to resume. Read it between two steps.</summary>
    public OneCycleState State => new(_epoch, _pruner.State, Gate) { Step = _step, StepsPerEpoch = _stepsPerEpoch };

    /// <summary>Resumes from a state.</summary>
    /// <param name="original">The network before the cut.</param>
    /// <param name="network">The network as it was saved, which the cycle then owns.</param>
    /// <param name="options">The options that the cycle began with.</param>
    /// <param name="epochs">The same number of epochs.</param>
    /// <param name="state">The state.</param>
    /// <exception cref="OcsInputException">The state is of another network or of other options.</exception>
    public static OneCycle Restore(
        Graph original, Network network, OneCycleOptions options, int epochs, OneCycleState state)
    {
        var cycle = new OneCycle(network, original, options, epochs);
        cycle._pruner.Restore(state.Pruner);
        if (state.Gate is null ? network.Graph.ToString() != original.ToString() : network.Record is null)
        {
            throw new OcsInputException(
                $"The state is not of the network '{network.Graph.Name}'; give the one that was saved with it.");
        }

        (cycle._epoch, cycle.Gate) = (state.Epoch, state.Gate);
        (cycle._step, cycle._stepsPerEpoch) = (state.Step, state.StepsPerEpoch);
        cycle._next = state.Epoch < 0 ? Next.Epoch : Next.BackwardOrEpoch;
        return cycle;
    }

    /// <summary>Begins an epoch: ranks the channels, and cuts the network if it is time to.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="probe">A batch of each input, on which a cut is proven.</param>
    /// <param name="follow">Objects that are cut with the weights, such as the optimiser.</param>
    /// <returns>The epoch's partition, stability, phase and lambda; null after the cut.</returns>
    /// <exception cref="UnprovenCutException">The cut is not proven right; nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">Something else comes first.</exception>
    public EpochPlan? BeginEpoch(int epoch, Tensor[] probe, params ICuttable[] follow)
    {
        Require(_next is Next.Epoch or Next.BackwardOrEpoch, nameof(BeginEpoch));
        if (epoch != _epoch + 1)
        {
            throw new InvalidOperationException(
                $"Epoch {_epoch + 1} comes first; BeginEpoch was called with epoch {epoch}.");
        }

        var plan = Plan(epoch);
        if (plan is null or { Phase: Phase.Final } && !IsCut)
        {
            Cut(epoch, probe, follow);
            plan = null;
        }

        // The steps of an epoch are those of the one before.
        (_stepsPerEpoch, _step) = (Math.Max(_stepsPerEpoch, _step), 0);
        (_epoch, _next) = (epoch, Next.BackwardOrEpoch);
        return plan;
    }

    /// <summary>Call it after backward. In sparsity learning it adds the gradient of the penalty (Eq. 8).</summary>
    /// <exception cref="InvalidOperationException">Something else comes first.</exception>
    public void AfterBackward()
    {
        Require(_next == Next.BackwardOrEpoch, nameof(AfterBackward));
        if (!IsCut)
        {
            _pruner.AddPenaltyGradient();
        }

        _next = Next.Step;
    }

    /// <summary>
    /// Call it after the optimiser's step. In sparsity learning it shrinks the pruned slices (Eq. 9).
    /// </summary>
    /// <param name="learningRate">The step's learning rate.</param>
    /// <exception cref="InvalidOperationException">Something else comes first.</exception>
    public void AfterStep(double learningRate)
    {
        Require(_next == Next.Step, nameof(AfterStep));
        if (!IsCut)
        {
            _pruner.Shrink(learningRate, _epoch, _step, _stepsPerEpoch);
        }

        _step++;
        _next = Next.BackwardOrEpoch;
    }

    /// <summary>
    /// Call it after the last epoch. It cuts the network if it is not cut yet; no training follows then.
    /// </summary>
    /// <inheritdoc cref="BeginEpoch" path="/param"/>
    /// <inheritdoc cref="BeginEpoch" path="/exception"/>
    public void End(Tensor[] probe, params ICuttable[] follow)
    {
        Require(_next is Next.Epoch or Next.BackwardOrEpoch, nameof(End));
        if (!IsCut)
        {
            if (Plan(_epoch + 1) is { Phase: not Phase.Final })
            {
                _pruner.ForceCut();
            }

            Cut(_epoch + 1, probe, follow);
        }

        _next = Next.Nothing;
    }

    /// <summary>Disposes the network too.</summary>
    public void Dispose()
    {
        _pruner.Dispose();
        Network.Dispose();
    }

    // Null if the network is cut, or is to be cut as the authors' program does: after an epoch, with its partition.
    private EpochPlan? Plan(int epoch) =>
        IsCut || (epoch > 0 && _pruner.EndEpoch(epoch - 1)) ? null : _pruner.BeginEpoch(epoch);

    private void Cut(int epoch, Tensor[] probe, ICuttable[] follow)
    {
        using var cut = ProvenCut.Make(_pruner.Search, _pruner.ChoosePartition(), Network.Parameters, probe);
        foreach (var other in follow)
        {
            other.Cut(cut.Plan);
        }

        _pruner.Dispose();
        Network.Dispose();
        var record = _pruner.RecordOf(cut, epoch);
        Network = new(cut.Network.Graph, cut.Release().Parameters, record);
        Gate = cut.Gate;
    }

    private void Require(bool holds, string call)
    {
        if (!holds)
        {
            throw new InvalidOperationException(_next switch
            {
                Next.Epoch => $"{nameof(BeginEpoch)} comes before {call}.",
                Next.Step => $"{nameof(AfterStep)} comes before {call}: "
                    + $"each step has one {nameof(AfterBackward)} and one {nameof(AfterStep)}.",
                Next.BackwardOrEpoch => $"{nameof(AfterBackward)} comes before {call}.",
                _ => $"The cycle has ended; {call} comes before {nameof(End)}.",
            });
        }
    }
}
