using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests;

/// <summary>An operator that the library does not know is coupled, cut and proven like its own.</summary>
[NoTensorLeaks]
public sealed class OwnOperatorTests
{
    [Fact]
    public void Its_parameter_is_in_the_group_of_its_channels()
    {
        var coupling = CouplingGraph.Build(Network(new Gate(KeepsZeros: true)));

        var members = coupling.Groups[coupling.Position("conv1")].Members;
        Assert.Contains(members, member => member.Parameter == "gate.slope");
    }

    [Fact]
    public void It_is_cut_and_the_gate_proves_the_cut()
    {
        var coupling = CouplingGraph.Build(Network(new Gate(KeepsZeros: true)));
        var subnetwork = coupling.Without(("conv1", [0, 3, 4]), ("conv2", [1, 7]));
        using var full = ParameterTable.Initialize(coupling.Graph, seed: 1);
        full.Set("gate.slope", 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f);
        var plan = CutPlan.Create(coupling, subnetwork);
        using var cut = plan.Apply(full);
        using var batch = Tensor.FromArray<float>(new Dice(2).Floats(2 * 16, -1, 1), [2, 1, 4, 4]);

        var promised = ResourceConstraint.Macs(coupling).Count(subnetwork);
        var gate = PruneProofGate.Check(coupling, subnetwork, plan, full, cut, [batch], promised);

        Assert.True(gate.Passed, gate.Problem);
        Assert.Equal([0.2f, 0.3f, 0.6f, 0.7f, 0.8f], cut["gate.slope"].ToArray<float>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_network_is_padded_only_if_it_says_that_zeros_stay(bool keepsZeros)
    {
        var coupling = CouplingGraph.Build(Network(new Gate(keepsZeros)));
        var subnetwork = coupling.Without(("conv1", [0, 3, 4]));

        var plan = LanePadding.Plan(coupling, subnetwork, CutPlan.Create(coupling, subnetwork));
        Assert.Equal(keepsZeros, plan is not null);
    }

    private static Graph Network(Gate gate)
    {
        var g = new GraphBuilder("gated");
        var x = g.Conv2d("conv1", g.Input("input", 1, 4, 4), 8, 3, padding: 1);
        x = g.Add("gate", gate, [x], [new("gate.slope", [8], ParameterRole.Bias, Initialization.Constant(1))]);
        x = g.Conv2d("conv2", x, 8, 3);
        return g.Build(g.Linear("fc", g.Flatten("flat", x), 2));
    }

    /// <summary>x sigmoid(a x) with an a for each channel.</summary>
    private sealed record Gate(bool KeepsZeros) : Operator
    {
        public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

        public override Tensor Run(in RunContext context)
        {
            using var slope = Aten.Reshape(context.Parameters[0], [-1, 1, 1]);
            using var scaled = Aten.Mul(context.Input, slope);
            using var gate = Aten.Sigmoid(scaled);
            return Aten.Mul(context.Input, gate);
        }

        public override void Couple(ICoupling coupling)
        {
            TieElementwise(coupling);
            coupling.Tie(Axis.Parameter(0, 0), Axis.Output(1));
        }

        public override bool KeepsZeroChannels(NodeShapes shapes) => KeepsZeros;
    }
}
