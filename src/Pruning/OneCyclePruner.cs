using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Official;
using Ocs.Pruning.Regularization;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Stability;

namespace Ocs.Pruning;

/// <summary>Where a run is in its one cycle.</summary>
public enum Phase
{
    /// <summary>Plain training; sub-networks are only observed.</summary>
    Train,

    /// <summary>The pruned slices are driven to zero.</summary>
    Sparsity,

    /// <summary>The network is cut, and trains on.</summary>
    Final,
}

/// <summary>What Alg. 1 decides at the start of an epoch.</summary>
/// <param name="Phase">How the epoch is trained; <see cref="Phase.Final"/> means: cut first.</param>
/// <param name="Partition">The sub-network of the epoch; null before the search begins.</param>
/// <param name="J">Eq. 3.</param>
/// <param name="AverageJ">Eq. 4.</param>
/// <param name="Lambda">Eq. 7; null outside of sparsity learning.</param>
/// <param name="SearchSeconds">What saliency and search took.</param>
public sealed record EpochPlan(
    Phase Phase, Partition? Partition, double? J, double? AverageJ, double? Lambda, double SearchSeconds);

/// <summary>
/// The one-cycle pruner: finds the sub-network while the network trains, and says when to cut. The training loop calls it in the order
/// of Alg. 1; it holds the state of the method, not the loop.
/// </summary>
[Paper("Alg. 1")]
public sealed class OneCyclePruner : IDisposable
{
    private readonly ParameterTable _parameters;
    private readonly OneCycleOptions _options;
    private readonly StabilityIndicator _stability;
    private readonly ImmutableArray<double> _costFactors;
    private PrunedSlices? _slices;
    private Partition? _partition;
    private double _lambda;

    public OneCyclePruner(Graph graph, ParameterTable parameters, OneCycleOptions options)
    {
        options.Validate();
        _parameters = parameters;
        _options = options;
        Coupling = CouplingGraph.Build(graph);
        Constraint = options.Resource switch
        {
            Resource.Parameters => ResourceConstraint.Parameters(Coupling),
            Resource.Operations => OfficialOperations.Constraint(Coupling),
            _ => ResourceConstraint.Macs(Coupling),
        };
        _stability = new(
            options.StabilityDistance, options.StabilityWindow, options.Similarity, options.Timing == PhaseTiming.Official);
        _costFactors = options.CostWeighting ? CostWeighting.Factors(Coupling) : [.. Coupling.Groups.Select(_ => 1.0)];
    }

    public CouplingGraph Coupling { get; }

    public ResourceConstraint Constraint { get; }

    /// <summary>t_sl-start, once it is known.</summary>
    public int? SparsityStartEpoch { get; private set; }

    /// <summary>t*, once it is known.</summary>
    public int? StableEpoch { get; private set; }

    /// <summary>Whether the cut was forced by <see cref="OneCycleOptions.LatestCutEpoch"/>.</summary>
    public bool WasForced { get; private set; }

    /// <summary>Lines 3 to 17 of Alg. 1: partition, stability, phase and lambda of an epoch, which count from 0.</summary>
    public EpochPlan BeginEpoch(int epoch)
    {
        var start = Stopwatch.GetTimestamp();
        if (epoch >= _options.MonitorStartEpoch)
        {
            _partition = FindSubnetwork(_options.Target);
        }

        _stability.Observe(epoch >= _options.MonitorStartEpoch ? _partition!.Subnetwork.Kept : null);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var phase = PhaseOf(epoch);
        if (phase == Phase.Sparsity)
        {
            _lambda = StrengthSchedule.At(
                epoch, SparsityStartEpoch!.Value, _options.InitialStrength, _options.StrengthIncrement, _options.StrengthIntervalEpochs, _options.Growth);
            _slices?.Dispose();
            _slices = new(Coupling.Groups, _partition!.Subnetwork, _parameters);
        }

        return new(
            phase, _partition, _stability.Similarity, _stability.Average, phase == Phase.Sparsity ? _lambda : null, seconds);
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
    public void Shrink(double learningRate)
    {
        if (_options.Shrinkage && _slices is not null)
        {
            WeightShrinkage.Apply(_slices, _lambda, learningRate);
        }
    }

    /// <summary>Whether to cut after training an epoch: the authors' program tests then, with the partition of its start.</summary>
    public bool CutsAfter(int epoch)
    {
        if (_options.Timing != PhaseTiming.Official || _partition is null)
        {
            return false;
        }

        var stable = Stability.StableEpoch.IsReached(_stability.Average, _options.StableThreshold);
        var forced = epoch > _options.LatestCutEpoch;
        return (stable || forced) && SetStable(epoch, forced && !stable);
    }

    /// <summary>The sub-network that the last epoch's weights give, or, before any epoch, the present ones.</summary>
    public Partition CurrentPartition => _partition ??= FindSubnetwork(_options.Target);

    public void Dispose() => _slices?.Dispose();

    private Partition FindSubnetwork(double target)
    {
        var saliency = GroupSaliency.Compute(Coupling.Groups, _parameters, _options.Saliency, _options.Scope);
        return _options.Partition == PartitionRule.Official
            ? OfficialPartition.Search(Coupling.Groups, saliency, _costFactors, Constraint, target, _options.MaximumPruned)
            : GlobalPartition.Search(Coupling.Groups, Weighted(saliency), Constraint, target, _options.MaximumPruned);
    }

    private ImmutableArray<double[]> Weighted(ImmutableArray<double[]> saliency) => _options.CostWeighting
        ? [.. saliency.Select((channels, group) => channels.Select(score => score * _costFactors[group]).ToArray())]
        : saliency;

    private Phase PhaseOf(int epoch)
    {
        if (_options.Timing == PhaseTiming.Official)
        {
            // The program starts when epoch > t_sl + 1.
            SparsityStartEpoch ??= _options.SparsityStartEpoch + 2 == epoch ? epoch : null;
            return SparsityStartEpoch is null ? Phase.Train : Phase.Sparsity;
        }

        var forced = epoch >= _options.LatestCutEpoch;
        if (SparsityStartEpoch is null && !forced)
        {
            var starts = _options.SparsityStartEpoch is { } given
                ? epoch >= given
                : SparsityLearningStart.IsReached(_stability.Averages, _options.StabilityWindow, _options.StartThreshold);
            if (starts)
            {
                SparsityStartEpoch = epoch;
            }

            return starts && _options.SparsityStartEpoch is not null ? Phase.Sparsity : Phase.Train;
        }

        var stable = Stability.StableEpoch.IsReached(_stability.Average, _options.StableThreshold);
        return (stable || forced) && SetStable(epoch, forced && !stable) ? Phase.Final : Phase.Sparsity;
    }

    private bool SetStable(int epoch, bool forced)
    {
        StableEpoch = epoch;
        WasForced = forced;
        return true;
    }
}
