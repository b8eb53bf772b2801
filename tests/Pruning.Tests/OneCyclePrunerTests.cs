using Ocs.Graphs;
using Ocs.Pruning.Search;
using Ocs.Torch;

namespace Ocs.Pruning.Tests;

/// <summary>Alg. 1 as a state machine: the test moves the weights, as training would.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class OneCyclePrunerTests : IDisposable
{
    private static readonly OneCycleOptions Options = OneCycleOptions.Paper with
    {
        SparsityStartEpoch = 2,
        StabilityWindow = 2,
        InitialStrength = 1,
        StrengthIncrement = 10,
    };

    private readonly Graph _graph = Networks.Chain(2, 4);
    private readonly ParameterTable _parameters;

    public OneCyclePrunerTests() => _parameters = ParameterTable.Initialize(_graph, seed: 1);

    public void Dispose() => _parameters.Dispose();

    [Fact]
    public void It_needs_to_know_when_sparsity_learning_starts()
    {
        var error = Assert.Throws<OcsInputException>(
            () => new OneCyclePruner(_graph, _parameters, new() { Target = 0.3 }));
        Assert.StartsWith(
            "It is not said when sparsity learning starts; give `SparsityStartEpoch`", error.Message,
            StringComparison.Ordinal);
        using var pruner = new OneCyclePruner(
            _graph, _parameters, new OneCycleOptions { Target = 0.3 }.For(epochs: 10));
        Assert.Null(pruner.SparsityStartEpoch);
    }

    [Fact]
    public void A_cut_that_the_end_of_the_run_forces_was_forced()
    {
        using var pruner = new OneCyclePruner(_graph, _parameters, Options);
        pruner.BeginEpoch(0);
        pruner.ForceCut();
        Assert.Equal((null, true), (pruner.StableEpoch, pruner.WasForced));
    }

    [Fact]
    public void It_trains_then_learns_sparsity_then_is_stable()
    {
        using var pruner = new OneCyclePruner(_graph, _parameters, Options);
        // The weak pair changes each epoch up to 3, then stays.
        Assert.Equal(
            "0 Train, 1 Train, 2 Sparsity 1, 3 Sparsity 11, 4 Sparsity 31, 5 Final",
            Phases(pruner, [true, false, true, false, false, false]));
        Assert.Equal((2, 5, false), (pruner.SparsityStartEpoch, pruner.StableEpoch, pruner.WasForced));
        Assert.False(pruner.EndEpoch(5));
    }

    [Fact]
    public void A_subnetwork_that_is_stable_from_the_start_still_learns_sparsity_first()
    {
        using var pruner = new OneCyclePruner(_graph, _parameters, Options with { SparsityStartEpoch = 4 });
        Assert.Equal(
            "0 Train, 1 Train, 2 Train, 3 Train, 4 Sparsity 1, 5 Final",
            Phases(pruner, [true, true, true, true, true, true]));
    }

    [Fact]
    public void Without_a_given_epoch_sparsity_learning_follows_the_one_in_which_the_average_stopped_rising()
    {
        // r = 1: J exists from epoch 1 on, its first difference at 2. J falls never, rises at 3 (the pair stays), and
        // is level at 4.
        using var pruner = new OneCyclePruner(
            _graph, _parameters, Options with
            {
                SparsityStartEpoch = SparsityStart.Auto,
                StabilityWindow = 1,
                StableThreshold = 1e-3,
                StartThreshold = -0.1,
            });
        // J: none, 1, low: the fall at 2 is below -0.1.
        Assert.Equal(
            "0 Train, 1 Train, 2 Train, 3 Sparsity 11, 4 Final", Phases(pruner, [true, true, false, true, true]));
        Assert.Equal((2, 4), (pruner.SparsityStartEpoch, pruner.StableEpoch));
    }

    [Fact]
    public void While_the_average_rises_sparsity_learning_waits()
    {
        using var pruner = new OneCyclePruner(
            _graph, _parameters,
            Options with { SparsityStartEpoch = SparsityStart.Auto, StabilityWindow = 1, StartThreshold = 1e-4 });
        // J: none, low, high (rises), high (level): the start is 3, the first epoch of sparsity 4, where it is stable
        // at once.
        Assert.Equal("0 Train, 1 Train, 2 Train, 3 Train, 4 Final", Phases(pruner, [true, false, false, false, false]));
        Assert.Equal((3, 4), (pruner.SparsityStartEpoch, pruner.StableEpoch));
    }

    [Fact]
    public void The_latest_cut_epoch_forces_an_unstable_cut()
    {
        using var pruner = new OneCyclePruner(_graph, _parameters, Options with { LatestCutEpoch = 4 });
        Assert.Equal(
            "0 Train, 1 Train, 2 Sparsity 1, 3 Sparsity 11, 4 Final", Phases(pruner, [true, false, true, false, true]));
        Assert.Equal((null, true), (pruner.StableEpoch, pruner.WasForced));
    }

    [Fact]
    public void The_latest_cut_epoch_holds_even_if_sparsity_learning_never_began()
    {
        using var pruner = new OneCyclePruner(
            _graph, _parameters,
            Options with { SparsityStartEpoch = SparsityStart.Auto, StartThreshold = -1, LatestCutEpoch = 3 });
        Assert.Equal("0 Train, 1 Train, 2 Train, 3 Final", Phases(pruner, [true, false, true, false]));
        Assert.Equal((null, true), (pruner.SparsityStartEpoch, pruner.WasForced));
    }

    [Fact]
    public void The_officials_sparsity_begins_two_epochs_late_and_the_cut_is_after_the_epoch_with_its_partition()
    {
        using var pruner = new OneCyclePruner(_graph, _parameters, OneCycleOptions.Official with
        {
            Resource = Resource.Macs,
            SparsityStartEpoch = 1,
            InitialStrength = 1,
            StrengthIncrement = 10,
            StabilityWindow = 2,
            CostWeighting = false,
            Partition = PartitionRule.Paper,
        });
        var plans = new List<string>();
        var cutAfter = -1;
        Partition? partition = null;
        bool[] firstPairIsWeak = [true, true, false, false, true, true, true, true];
        for (var epoch = 0; cutAfter < 0; epoch++)
        {
            Weaken(firstPairIsWeak[epoch]);
            var plan = pruner.BeginEpoch(epoch);
            partition = plan.Partition;
            plans.Add($"{epoch} {plan.Phase} {plan.Lambda}".TrimEnd());
            // Training moves the weights; the cut keeps the partition of the epoch's start.
            Weaken(!firstPairIsWeak[epoch]);
            cutAfter = pruner.EndEpoch(epoch) ? epoch : -1;
        }

        // Compared over two epochs, J is high at 6 and 7, and the average of two is 1 at 7.
        Assert.Equal(
            [
                "0 Train", "1 Train", "2 Train", "3 Sparsity 11", "4 Sparsity 21", "5 Sparsity 31", "6 Sparsity 41",
                "7 Sparsity 51",
            ],
            plans);
        Assert.Equal((7, 7, 3), (cutAfter, pruner.StableEpoch, pruner.SparsityStartEpoch));
        Assert.Same(partition, pruner.ChoosePartition());
        Assert.Equal([2, 3], partition!.Subnetwork.Kept[pruner.Coupling.Position("conv0")].ToArray());
    }

    [Fact]
    public void The_official_cap_cuts_after_the_first_epoch_beyond_it()
    {
        using var pruner = new OneCyclePruner(_graph, _parameters, OneCycleOptions.Official with
        {
            Resource = Resource.Macs,
            Partition = PartitionRule.Paper,
            CostWeighting = false,
            SparsityStartEpoch = 0,
            LatestCutEpoch = 3,
            StabilityDistance = 1,
        });
        var cuts = new List<bool>();
        for (var epoch = 0; epoch < 5; epoch++)
        {
            Weaken(epoch % 2 == 0);
            pruner.BeginEpoch(epoch);
            cuts.Add(pruner.EndEpoch(epoch));
        }

        Assert.Equal([false, false, false, false, true], cuts);
        Assert.True(pruner.WasForced);
    }

    [Fact]
    public void The_official_cost_weighting_leaves_the_only_group_its_saliency()
    {
        Weaken(firstPair: true);
        using var pruner = new OneCyclePruner(_graph, _parameters, OneCycleOptions.Official);
        Assert.Single(pruner.Coupling.Groups, group => group.IsPrunable);
        Assert.Equal([2, 3], pruner.ChoosePartition().Subnetwork.Kept[pruner.Coupling.Position("conv0")].ToArray());
    }

    [Fact]
    public void Before_the_monitor_starts_there_is_neither_partition_nor_similarity()
    {
        using var pruner = new OneCyclePruner(
            _graph, _parameters, Options with { MonitorStartEpoch = 2, SparsityStartEpoch = 9 });
        Weaken(firstPair: true);
        var plans = Enumerable.Range(0, 5).Select(pruner.BeginEpoch).ToList();
        Assert.Equal([true, true, false, false, false], plans.Select(plan => plan.Partition is null));
        Assert.Equal([null, null, null, 1.0, 1.0], plans.Select(plan => plan.J));
        Assert.Equal([null, null, null, null, 1.0], plans.Select(plan => plan.AverageJ));
    }

    [Fact]
    public void Penalty_and_shrinkage_act_in_sparsity_learning_only_and_on_the_epochs_pruned_channels()
    {
        using var pruner = new OneCyclePruner(
            _graph, _parameters, Options with { SparsityStartEpoch = 1, StableThreshold = 0 });
        Weaken(firstPair: true);
        pruner.BeginEpoch(0);
        Assert.Equal([0f, 0, 0, 0], GradientOfPenalty(pruner));
        pruner.Shrink(0.5);
        Assert.Equal([0.5f, 0.5f, 2, 2], _parameters["conv0.weight"].ToArray<float>());

        pruner.BeginEpoch(1);
        // lambda = 1: the gradient of |w| is its sign.
        Assert.Equal([1f, 1, 0, 0], GradientOfPenalty(pruner));
        pruner.Shrink(0.5);
        Assert.Equal([0.25f, 0.25f, 2, 2], _parameters["conv0.weight"].ToArray<float>());

        Weaken(firstPair: false);
        pruner.BeginEpoch(2);
        Assert.Equal([0f, 0, 11, 11], GradientOfPenalty(pruner));
        _parameters.ClearGradients();
    }

    [Fact]
    public void Either_half_of_the_regularisation_can_be_left_out()
    {
        using var pruner = new OneCyclePruner(
            _graph, _parameters, Options with { SparsityStartEpoch = 0, Penalty = false, Shrinkage = false });
        Weaken(firstPair: true);
        pruner.BeginEpoch(0);
        Assert.Equal([0f, 0, 0, 0], GradientOfPenalty(pruner));
        pruner.Shrink(0.5);
        Assert.Equal([0.5f, 0.5f, 2, 2], _parameters["conv0.weight"].ToArray<float>());
        _parameters.ClearGradients();
    }

    [Fact]
    public void Options_out_of_range_are_refused_at_once()
    {
        Assert.Throws<OcsInputException>(() => new OneCyclePruner(_graph, _parameters, Options with { Target = 2 }));
    }

    [Fact]
    public void The_ranking_auto_is_chosen_once_when_sparsity_learning_begins_and_resumed_with()
    {
        var graph = Networks.Chain(2, 4, 6);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("fc.weight", [.. parameters["fc.weight"].ToArray<float>().Select(value => value / 1000)]);
        var options = Options with { Ranking = Ranking.Auto };
        var asked = new List<string>();
        using var pruner = new OneCyclePruner(graph, parameters, options)
        {
            Choose = candidates =>
            {
                asked.Add(string.Join(' ', candidates.Select(candidate => candidate.Search.Options.Ranking)));
                return candidates[1];
            },
        };
        var plans = Enumerable.Range(0, 3).Select(pruner.BeginEpoch).ToList();

        Assert.Equal([Phase.Train, Phase.Train, Phase.Sparsity], plans.Select(plan => plan.Phase));
        Assert.Equal(["Isomorphic Global"], asked);
        Assert.Equal(KeptBy(Ranking.Isomorphic), Kept(plans[1].Partition!));
        Assert.Equal(KeptBy(Ranking.Global), Kept(plans[2].Partition!));
        Assert.NotEqual(KeptBy(Ranking.Isomorphic), KeptBy(Ranking.Global));

        // The next sub-network is compared with the chosen one.
        using var resumed = new OneCyclePruner(graph, parameters, options)
        {
            Choose = _ => throw new InvalidOperationException("It was chosen before."),
        };
        resumed.Restore(pruner.State);
        foreach (var same in new[] { pruner, resumed })
        {
            var next = same.BeginEpoch(3);
            Assert.Equal(KeptBy(Ranking.Global), Kept(next.Partition!));
            Assert.Equal(1.0, next.J);
        }

        Assert.Single(asked);

        string KeptBy(Ranking ranking) => Kept(
            new SubnetworkSearch(graph, options with { Ranking = ranking, MaximumPruned = 0.75 }).Find(parameters));

        static string Kept(Partition partition) =>
            string.Join(" | ", partition.Subnetwork.Kept.Select(kept => string.Join(' ', kept)));
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(9, 4)]
    public void A_state_whose_margins_are_of_other_groups_is_refused(int groups, int channels)
    {
        using var pruner = new OneCyclePruner(_graph, _parameters, Options);
        var state = pruner.State with
        {
            Margins = [[.. Enumerable.Range(0, groups).Select(_ => new double[channels])]],
        };
        Assert.Throws<OcsInputException>(() => pruner.Restore(state));
    }

    private string Phases(OneCyclePruner pruner, bool[] firstPairIsWeak) =>
        string.Join(", ", firstPairIsWeak.Select((weak, epoch) =>
    {
        Weaken(weak);
        var plan = pruner.BeginEpoch(epoch);
        Assert.Equal(plan.Phase == Phase.Sparsity, plan.Lambda is not null);
        return $"{epoch} {plan.Phase} {plan.Lambda}".TrimEnd();
    }));

    // At the target of one half, the weak pair of the four channels is the one that leaves.
    private void Weaken(bool firstPair)
    {
        float[] weights = firstPair ? [0.5f, 0.5f, 2, 2] : [2, 2, 0.5f, 0.5f];
        _parameters.Set("conv0.weight", weights);
        _parameters.Set("fc.weight", [.. weights, .. weights]);
    }

    private float[] GradientOfPenalty(OneCyclePruner pruner)
    {
        foreach (var name in _parameters.Trainable)
        {
            using var zeros = Tensor.Zeros(_parameters[name].Shape);
            _parameters[name].SetGradient(zeros);
        }

        pruner.AddPenaltyGradient();
        using var gradient = _parameters["conv0.weight"].GetGradient();
        return gradient!.ToArray<float>();
    }
}
