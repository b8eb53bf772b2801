using System.Collections.Immutable;
using System.Text.Json;
using Ocs.Graphs;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests;

/// <summary>The one cycle in a loop of one's own: regression of two inputs.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class OneCycleTests
{
    private const int Epochs = 8;
    private const int Steps = 6;
    private const int Batch = 8;
    private const double Rate = 0.05;

    private static readonly OneCycleOptions Options =
        OneCycleOptions.Paper with { Target = 0.5, SparsityStartEpoch = 1, LatestCutEpoch = 4 };

    [Fact]
    public void A_loop_ends_with_a_proven_network_of_half_the_macs_and_the_optimiser_is_cut_along()
    {
        using var cycle = Begin(Options);
        using var momentum = new Momentum();
        Train(cycle, momentum, 0, Epochs);

        Assert.True(cycle.IsCut);
        Assert.True(cycle.Gate!.Passed);
        Assert.True(cycle.Gate.Reload);
        Assert.Equal(4, cycle.Network.Record!.CutEpoch);
        Assert.Equal(
            (cycle.Original.Macs, cycle.Network.Graph.Macs),
            (cycle.Network.Record.MacsBefore, cycle.Network.Record.MacsAfter));
        Assert.InRange(1 - (double)cycle.Network.Graph.Macs / cycle.Original.Macs, 0.5, 0.65);
        Assert.All(
            momentum.Of,
            pair => Assert.Equal(cycle.Network.Graph.Parameter(pair.Key).Shape.AsSpan(), pair.Value.Shape));
    }

    [Fact]
    public void With_a_deadline_what_leaves_is_0_before_the_cut_which_changes_nothing()
    {
        using var cycle = Begin(OneCycleOptions.Auto with { Target = 0.5, RoundTo = 1 });
        using var momentum = new Momentum();
        var cutEpoch = Enumerable.Range(0, Epochs).First(epoch =>
        {
            Train(cycle, momentum, epoch, epoch + 1, ends: false);
            return cycle.IsCut;
        });

        // An epoch before, the network is whole.
        using var again = Begin(OneCycleOptions.Auto with { Target = 0.5, RoundTo = 1 });
        using var velocity = new Momentum();
        Train(again, velocity, 0, cutEpoch, ends: false);
        var inputs = Inputs(99);
        var before = OutputOf(again.Network, inputs);
        var probe = Inputs(0);
        Assert.Null(again.BeginEpoch(cutEpoch, probe, velocity));
        Release(probe);
        Assert.Equal(before, OutputOf(again.Network, inputs), (a, b) => Math.Abs(a - b) < 1e-5);
        Release(inputs);
        Assert.Null(again.Gate!.Note);
        Assert.Equal(cutEpoch, again.Network.Record!.StableEpoch);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void With_a_deadline_it_goes_on_from_its_state_to_the_same_bits(int epoch) =>
        AssertGoesOn(OneCycleOptions.Auto with { Target = 0.5, RoundTo = 1 }, epoch);

    [Fact]
    public void It_computes_what_the_methods_parts_compute_one_by_one()
    {
        using var cycle = Begin(Options);
        using var momentum = new Momentum();
        Train(cycle, momentum, 0, Epochs);

        using var byHand = ByHand();
        AssertSame(byHand, cycle.Network.Parameters);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void It_goes_on_from_its_state_to_the_same_bits(int epoch) => AssertGoesOn(Options, epoch);

    private static void AssertGoesOn(OneCycleOptions options, int epoch)
    {
        using var whole = Begin(options);
        using var momentum = new Momentum();
        Train(whole, momentum, 0, Epochs);

        using var first = Begin(options);
        using var before = new Momentum();
        Train(first, before, 0, epoch, ends: false);
        var state = JsonSerializer.Deserialize<OneCycleState>(JsonSerializer.Serialize(first.State))!;
        using var second = OneCycle.Restore(
            Depth(),
            new(first.Network.Graph, first.Network.Parameters.Clone(first.Network.Graph), first.Network.Record),
            options, Epochs, state);
        Train(second, before, epoch, Epochs);

        Assert.Equal(whole.Network.Record!.CutEpoch, second.Network.Record!.CutEpoch);
        AssertSame(whole.Network.Parameters, second.Network.Parameters);
    }

    [Fact]
    public void Where_the_cut_may_wait_to_the_end_the_end_makes_it()
    {
        using var cycle = Begin(
            OneCycleOptions.Paper with { SparsityStartEpoch = 1, LatestCutEpoch = null, StableThreshold = 0 });
        using var momentum = new Momentum();
        Train(cycle, momentum, 0, 2, ends: false);
        Assert.False(cycle.IsCut);
        var probe = Inputs(0);
        cycle.End(probe, momentum);
        Release(probe);

        Assert.Equal((2, true), (cycle.Network.Record!.CutEpoch!.Value, cycle.Gate!.Passed));
    }

    [Fact]
    public void With_the_authors_timing_the_cut_comes_after_an_epoch()
    {
        using var cycle = Begin(OneCycleOptions.Official with { SparsityStartEpoch = 0, LatestCutEpoch = 4 });
        using var momentum = new Momentum();
        Train(cycle, momentum, 0, Epochs);

        Assert.Equal(cycle.Network.Record!.StableEpoch + 1, cycle.Network.Record.CutEpoch);
    }

    [Fact]
    public void A_call_in_the_wrong_place_says_what_comes_first()
    {
        using var cycle = Begin(Options);
        Assert.Equal("BeginEpoch comes before AfterBackward.", Wrong(cycle.AfterBackward));
        Assert.Equal("Epoch 0 comes first; BeginEpoch was called with epoch 1.", Wrong(() => BeginEpoch(cycle, 1)));
        BeginEpoch(cycle, 0);
        Assert.Equal("AfterBackward comes before AfterStep.", Wrong(() => cycle.AfterStep(Rate)));
        cycle.AfterBackward();
        const string SecondBackward =
            "AfterStep comes before AfterBackward: each step has one AfterBackward and one AfterStep.";
        Assert.Equal(SecondBackward, Wrong(cycle.AfterBackward));
        Assert.StartsWith(
            "AfterStep comes before BeginEpoch", Wrong(() => BeginEpoch(cycle, 1)), StringComparison.Ordinal);
        cycle.AfterStep(Rate);
        var probe = Inputs(0);
        cycle.End(probe);
        Release(probe);
        Assert.Equal("The cycle has ended; BeginEpoch comes before End.", Wrong(() => BeginEpoch(cycle, 1)));
    }

    [Fact]
    public void A_network_whose_operator_lies_is_not_cut()
    {
        var g = new GraphBuilder("lying");
        var x = g.Add("shifted", new Shifted(), [g.Linear("fc1", g.Input("input", 6), 16)], []);
        var graph = g.Build(g.Linear("fc2", g.Relu("relu", x), 2));
        using var network = Network.Initialize(graph, seed: 1);

        var error = Assert.Throws<UnprovenCutException>(
            () => network.Prune(new PruneOptions { Target = 0.5, RoundTo = 1 }));

        Assert.Contains("'shifted'", error.Message, StringComparison.Ordinal);
        Assert.False(error.Gate!.Passed);
    }

    [Fact]
    public void One_shot_gives_the_small_network_its_record_and_its_proof()
    {
        var graph = Depth();
        using var network = Network.Initialize(graph, seed: 1);
        using var cut = network.Prune(new PruneOptions { Target = 0.5, RoundTo = 1 });

        Assert.True(cut.Gate.Passed);
        Assert.Equal(
            (graph.Macs, cut.Network.Macs, 0.5), (cut.Record.MacsBefore, cut.Record.MacsAfter, cut.Record.Target));
        Assert.InRange(cut.Network.Macs, 1, graph.Macs / 2);
        var inputs = Inputs(0);
        using var output = cut.Network.Forward(inputs);
        Release(inputs);
        Assert.Equal([Batch, 1], output.Shape.ToArray());
    }

    private static void AssertSame(ParameterTable expected, ParameterTable actual) =>
        Assert.All(
            expected.Trainable, name => Assert.Equal(expected[name].ToArray<float>(), actual[name].ToArray<float>()));

    private static string Wrong(Action call) => Assert.Throws<InvalidOperationException>(call).Message;

    private static OneCycle Begin(OneCycleOptions options)
    {
        var graph = Depth();
        return new(Network.Initialize(graph, seed: 2), options, Epochs);
    }

    private static Graph Depth()
    {
        var g = new GraphBuilder("depth");
        var (image, pose) = (g.Input("image", 1, 8, 8), g.Input("pose", 6));
        var x = g.Relu("relu1", g.BatchNorm2d("norm1", g.Conv2d("conv1", image, 12, kernel: 3, padding: 1)));
        x = g.Relu("relu2", g.Conv2d("conv2", x, 16, kernel: 3, padding: 1));
        x = g.Flatten("flat", g.AdaptiveAveragePool2d("pool", x, 1));
        return g.Build(g.Linear("out", g.Concat("both", 1, x, pose), 1));
    }

    private static void BeginEpoch(OneCycle cycle, int epoch, params ICuttable[] follow)
    {
        var probe = Inputs(0);
        try
        {
            cycle.BeginEpoch(epoch, probe, follow);
        }
        finally
        {
            Release(probe);
        }
    }

    private static void Train(OneCycle cycle, Momentum momentum, int from, int to, bool ends = true)
    {
        for (var epoch = from; epoch < to; epoch++)
        {
            BeginEpoch(cycle, epoch, momentum);
            for (var step = 0; step < Steps; step++)
            {
                var inputs = Inputs(step);
                using var output = cycle.Network.Forward(inputs, training: true);
                Backward(output);
                Release(inputs);
                cycle.AfterBackward();
                momentum.Step(cycle.Network.Parameters);
                cycle.AfterStep(Rate);
            }
        }

        if (ends)
        {
            var probe = Inputs(0);
            cycle.End(probe, momentum);
            Release(probe);
        }
    }

    // The same without OneCycle.
    private static ParameterTable ByHand()
    {
        var graph = Depth();
        var parameters = ParameterTable.Initialize(graph, seed: 2);
        var pruner = new OneCyclePruner(graph, parameters, Options.For(Epochs));
        var isCut = false;
        using var momentum = new Momentum();
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            if (!isCut && pruner.BeginEpoch(epoch).Phase == Phase.Final)
            {
                var plan = CutPlan.Create(pruner.Coupling, pruner.ChoosePartition().Subnetwork);
                pruner.Dispose();
                using var whole = parameters;
                (graph, parameters, isCut) = (plan.After, plan.Apply(whole), true);
                momentum.Cut(plan);
            }

            for (var step = 0; step < Steps; step++)
            {
                var inputs = Inputs(step);
                using var output = new Executor(graph, parameters).Forward(inputs, training: true);
                Backward(output);
                Release(inputs);
                if (!isCut)
                {
                    pruner.AddPenaltyGradient();
                }

                momentum.Step(parameters);
                if (!isCut)
                {
                    pruner.Shrink(Rate);
                }
            }
        }

        return parameters;
    }

    private static void Backward(Tensor output)
    {
        using var squares = Aten.Square(output);
        using var loss = Aten.Mean(squares);
        Autograd.Backward(loss);
    }

    private static Tensor[] Inputs(int step)
    {
        var dice = new Dice(step + 1);
        return
        [
            Tensor.FromArray(dice.Floats(Batch * 64, -1, 1), [Batch, 1, 8, 8]),
            Tensor.FromArray(dice.Floats(Batch * 6, -1, 1), [Batch, 6]),
        ];
    }

    private static float[] OutputOf(Network network, Tensor[] inputs)
    {
        using var _ = Autograd.NoGrad();
        using var output = new Executor(network.Graph, network.Parameters).Forward(inputs, training: false);
        return output.ToArray<float>();
    }

    private static void Release(Tensor[] tensors) => Array.ForEach(tensors, tensor => tensor.Dispose());

    /// <summary>An optimiser of one's own: heavy-ball momentum.</summary>
    private sealed class Momentum : ICuttable, IDisposable
    {
        public Dictionary<string, Tensor> Of { get; } = [];

        public void Step(ParameterTable parameters)
        {
            using (Autograd.NoGrad())
            {
                foreach (var name in parameters.Trainable)
                {
                    using var gradient = parameters[name].GetGradient()!;
                    if (!Of.TryGetValue(name, out var velocity))
                    {
                        Of.Add(name, velocity = Tensor.Zeros(gradient.Shape));
                    }

                    Aten.MulInPlace(velocity, 0.9);
                    Aten.AddInPlace(velocity, gradient);
                    Aten.AddInPlace(parameters[name], velocity, -Rate);
                }
            }

            parameters.ClearGradients();
        }

        public void Cut(CutPlan plan)
        {
            foreach (var name in Of.Keys)
            {
                using var before = Of[name];
                Of[name] = plan.Apply(name, before);
            }
        }

        public void Dispose() => Release([.. Of.Values]);
    }

    // Says that it keeps each channel's place, and does not.
    private sealed record Shifted : Operator
    {
        public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

        public override Tensor Run(in RunContext context) => Aten.Roll(context.Input, [1], [1]);

        public override void Couple(ICoupling coupling)
        {
            for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
            {
                coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension));
            }
        }
    }
}
