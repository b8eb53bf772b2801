using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Regularization;
using Ocs.Pruning.Search;
using Ocs.Pruning.Stability;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning;

/// <summary>
/// The one-cycle pruner: finds the sub-network during training and decides when to cut. The training loop calls it in
/// the order of Alg. 1. It holds the state of the method, not the loop.
/// </summary>
[Paper("Alg. 1")]
internal sealed class OneCyclePruner : IDisposable
{
    private readonly ParameterTable _parameters;
    private readonly OneCycleOptions _options;
    private readonly CycleTiming _timing;
    private readonly StabilityIndicator _stability;
    private readonly Dispute _dispute;
    private readonly CyclePhases _phases;
    private readonly Lazy<ResourceConstraint> _macs;
    private SubnetworkSearch _search;
    private PrunedSlices? _slices;
    private Partition? _partition;
    private double _lambda;

    /// <summary>Prepares to prune a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">Its parameters, lent.</param>
    /// <param name="options">What to remove, and when. The start of sparsity learning must be set.</param>
    /// <exception cref="OcsInputException">An option is out of range, or the start is not given.</exception>
    public OneCyclePruner(Graph graph, ParameterTable parameters, OneCycleOptions options)
    {
        options.Validate();
        _parameters = parameters;
        _options = options;
        _timing = CycleTiming.Of(options.Timing);
        _search = new(graph, options);
        _macs = new(() => ResourceConstraint.Macs(Coupling));
        _stability = new(
            options.StabilityDistance, options.StabilityWindow, options.Similarity, _timing.MissingSimilarityIsZero);
        _dispute = new(
            Constraint.ChannelShares(), [.. Coupling.Groups.Select(group => group.Channels)], DisputeWindow);
        _phases = new(options, _stability, _dispute);
    }

    /// <summary>
    /// Makes all processes of a run use the same partition. Every process calls it in the same order.
    /// </summary>
    public Func<Partition, Partition> Agree { get; init; } = static partition => partition;

    /// <summary>
    /// Chooses among the sub-networks that several rankings find, for the ranking `auto`. Null takes the first ranking.
    /// </summary>
    public Func<IReadOnlyList<RankedSubnetwork>, RankedSubnetwork>? Choose { get; init; }

    /// <summary>What finds the sub-network of each epoch.</summary>
    public SubnetworkSearch Search => _search;

    /// <summary>The groups of channels that leave together.</summary>
    public CouplingGraph Coupling => _search.Coupling;

    /// <summary>The resource that the target is a fraction of.</summary>
    public ResourceConstraint Constraint => _search.Constraint;

    /// <summary>t_sl-start, once it is known.</summary>
    public int? SparsityStartEpoch => _phases.SparsityStartEpoch;

    /// <summary>The ranking that was chosen; null before that, and if the options name one.</summary>
    public Ranking? ChosenRanking { get; private set; }

    /// <summary>t* of Eq. 6, once it is known; it stays null when the cut is forced.</summary>
    public int? StableEpoch => _phases.StableEpoch;

    /// <summary>
    /// Whether the cut did not wait for stability: at the latest epoch that is allowed, or at the end of the run.
    /// </summary>
    public bool WasForced => _phases.WasForced;

    /// <summary>Everything besides the parameters that is needed to resume.</summary>
    public PrunerState State => new(
        [.. _stability.Subnetworks], [.. _stability.Similarities], [.. _stability.Averages], _partition,
        _lambda, _slices is not null,
        SparsityStartEpoch, StableEpoch, WasForced)
    {
        DeadlineEpoch = _phases.DeadlineEpoch,
        Margins = [.. _dispute.Margins],
        Disputes = [.. _dispute.Values],
        Ranking = ChosenRanking,
    };

    /// <summary>Resumes from the state of a pruner with the same network and options.</summary>
    /// <exception cref="OcsInputException">The sub-networks are not of this network.</exception>
    public void Restore(PrunerState state)
    {
        var prunable = Coupling.Groups.Count(group => group.IsPrunable);
        if (state.Partition?.Subnetwork.IsOf(Coupling.Groups) == false
            || (state.IsRegularizing && state.Partition is null)
            || state.Subnetworks.Any(subnetwork => subnetwork.Length != prunable)
            || !state.Margins.All(_dispute.IsOf))
        {
            throw new OcsInputException(
                $"The state of the pruner is not of the groups of '{Coupling.Graph.Name}'; "
                + "resume with the network and the pruning options of the run.");
        }

        _stability.Restore(state.Subnetworks, state.Similarities, state.Averages);
        _dispute.Restore(state.Margins, state.Disputes);
        (_partition, _lambda) = (state.Partition, state.Lambda);
        if (state.Ranking is { } ranking)
        {
            Take(ranking);
        }

        _phases.Restore(state);
        if (state.IsRegularizing)
        {
            _slices = new(Coupling.Groups, _partition!.Subnetwork, _parameters);
        }
    }

    /// <summary>
    /// Lines 3 to 17 of Alg. 1: partition, stability, phase and lambda of an epoch, which count from 0.
    /// </summary>
    public EpochPlan BeginEpoch(int epoch)
    {
        var start = Stopwatch.GetTimestamp();
        var partition = epoch >= _options.MonitorStartEpoch ? Find() : null;
        _stability.Observe(partition is null ? null : Prunable(partition.Subnetwork));
        _dispute.Observe(partition);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var isUnchanged = partition is not null && _partition?.Subnetwork.Keeps(partition.Subnetwork) == true;
        var phase = _phases.Begin(epoch, isUnchanged);
        if (phase != Phase.Train && partition is not null)
        {
            partition = ChooseRanking(partition);
        }

        if (phase == Phase.Final && _phases.HasDeadline && _slices is not null)
        {
            // Slices that were shrunk to 0 are removed, even if the search at the latest cut finds another sub-network.
            Zero();
            partition = isUnchanged ? partition : _partition;
        }

        _partition = partition ?? _partition;

        if (phase == Phase.Sparsity)
        {
            _lambda = StrengthSchedule.At(
                epoch, SparsityStartEpoch!.Value, _options.InitialStrength, _options.StrengthIncrement,
                _options.StrengthIntervalEpochs, _options.Growth);
            _slices?.Dispose();
            _slices = new(Coupling.Groups, _partition!.Subnetwork, _parameters);
        }

        return new(
            phase, partition, _stability.Similarity, _stability.Average,
            phase == Phase.Sparsity && !_phases.HasDeadline ? _lambda : null, seconds)
        {
            Dispute = _dispute.Value,
            PredictedStableEpoch = phase == Phase.Sparsity && _phases.HasDeadline ? _phases.DeadlineEpoch
                : phase == Phase.Sparsity
                ? StabilityForecast.Epoch(
                    _stability.Averages, SparsityStartEpoch!.Value, _options.StableThreshold,
                    _options.LatestCutEpoch ?? int.MaxValue)
                : null,
            PredictedMacs = partition is null ? null : _macs.Value.Count(partition.Subnetwork),
        };
    }

    /// <summary>Eq. 8: adds the penalty's gradient after backward, in sparsity learning.</summary>
    public void AddPenaltyGradient()
    {
        if (_options.Penalty && _slices is not null)
        {
            GroupPenalty.AddGradient(_slices, _lambda);
        }
    }

    /// <summary>Eq. 9: shrinks the pruned slices after the optimiser's step, in sparsity learning.</summary>
    /// <inheritdoc cref="ShrinkageAt" path="/param"/>
    public void Shrink(double learningRate, int epoch = 0, int step = 0, int stepsPerEpoch = 1)
    {
        using var addend = Tensor.Full([], ShrinkageAt(learningRate, epoch, step, stepsPerEpoch));
        Shrink(addend);
    }

    /// <summary>
    /// The same with a tensor [] on the weights' device, so that a step can be captured. It is added to the factor 1.
    /// With a deadline, momentum and averaged weights are shrunk too. Otherwise they would bring the slices back.
    /// </summary>
    /// <param name="addend">What <see cref="ShrinkageAt"/> gives.</param>
    /// <param name="alike">Tensors by the names of parameters.</param>
    public void Shrink(Tensor addend, params ReadOnlySpan<IReadOnlyDictionary<string, Tensor>> alike)
    {
        if (_options.Shrinkage && _slices is not null)
        {
            WeightShrinkage.Apply(_slices, addend, _phases.HasDeadline ? alike : []);
        }
    }

    /// <summary>
    /// What Eq. 9 adds to the factor 1 of a pruned slice: -lambda · learning rate, or -1/k with k steps to the
    /// deadline.
    /// </summary>
    /// <param name="learningRate">That of the step.</param>
    /// <param name="epoch">The step's epoch.</param>
    /// <param name="step">The step in the epoch, from 0.</param>
    /// <param name="stepsPerEpoch">How many steps an epoch has; 0 where it is not known yet.</param>
    public double ShrinkageAt(double learningRate, int epoch, int step, int stepsPerEpoch) =>
        !_phases.HasDeadline ? -_lambda * learningRate
        : stepsPerEpoch > 0 && _phases.DeadlineEpoch is { } deadline
            ? DeadlineShrinkage.AddendAt(((long)(deadline - epoch) * stepsPerEpoch) - step)
        : 0;

    /// <summary>
    /// Ends an epoch that was trained: the authors' program tests Eq. 6 then, with the partition of the epoch's start.
    /// </summary>
    /// <returns>Whether the network is to be cut now.</returns>
    public bool EndEpoch(int epoch) => _partition is not null && _phases.IsCutAfter(epoch);

    /// <summary>Chooses the present sub-network at the end of a run that never became stable.</summary>
    public void ForceCut() => _phases.Force();

    /// <summary>The record of a cut of the present partition, with the epochs of the method.</summary>
    /// <param name="cut">The cut.</param>
    /// <param name="epoch">The epoch before which it was made, from 0.</param>
    public PruningRecord RecordOf(ProvenCut cut, int epoch) =>
        cut.Record with { StableEpoch = StableEpoch, CutEpoch = epoch, SparsityStartEpoch = SparsityStartEpoch };

    /// <summary>The sub-network to cut to: that of the last search. Searches now if there was none.</summary>
    public Partition ChoosePartition() => _partition ??= Find();

    /// <summary>Releases the slices that are regularised; the parameters stay the caller's.</summary>
    public void Dispose()
    {
        _slices?.Dispose();
        _slices = null;
    }

    private Partition Find() => Agree(_search.Find(_parameters));

    // Once, when the network has learnt something. To choose at every epoch would make the sub-network unstable.
    private Partition ChooseRanking(Partition partition)
    {
        if (_options is not { Ranking: Ranking.Auto, CustomRanking: null }
            || ChosenRanking is not null || Choose is null)
        {
            return partition;
        }

        var global = _search.With(Ranking.Global);
        var chosen = Choose([new(_search, partition), new(global, Agree(global.Find(_parameters)))]);
        var isOther = chosen.Search.Options.Ranking != _search.Options.Ranking;
        Take(chosen.Search.Options.Ranking);
        if (isOther)
        {
            _stability.Replace(Prunable(chosen.Partition.Subnetwork));
            _dispute.Replace(chosen.Partition);
        }

        return chosen.Partition;
    }

    private void Take(Ranking ranking) => (ChosenRanking, _search) = (ranking, _search.With(ranking));

    // Groups that always keep everything carry no information about stability.
    private ImmutableArray<ImmutableArray<int>> Prunable(Subnetwork subnetwork) =>
        [.. subnetwork.Kept.Where((_, group) => Coupling.Groups[group].IsPrunable)];

    // The slices are 0 already, unless an epoch had fewer steps than was known.
    private void Zero()
    {
        using var addend = Tensor.Full([], -1.0);
        Shrink(addend);
    }

    private int DisputeWindow => Math.Max(_options.StabilityWindow, 2);
}
