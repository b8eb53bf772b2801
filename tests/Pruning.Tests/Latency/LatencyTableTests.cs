using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Latency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Zoo;

namespace Ocs.Pruning.Tests.Latency;

/// <summary>The table of latencies, with clocks that are formulas.</summary>
[NoTensorLeaks]
public sealed class LatencyTableTests
{
    private const double SecondsPerMac = 1e-9;

    private static double ByMacs(Graph graph) => SecondsPerMac * graph.Macs;

    private static LatencyTable Measure(CouplingGraph coupling, LatencyProbe probe, int multiple = 8) =>
        LatencyTable.Measure(coupling, probe(coupling.Graph), new(probe), new() { RoundTo = multiple });

    // Convolutions cost in x out, which is linear in each: the table must then be exact between its points.
    [Theory]
    [InlineData("cifar_resnet20")]
    [InlineData("cifar_vgg16")]
    [InlineData("densenet121")]
    [InlineData("mobilenet_v2")]
    public void What_grows_linearly_with_each_width_is_predicted_exactly(string name)
    {
        var coupling = CouplingGraph.Build(Models.Build(name, new NetworkInput(3, 32, 32)));
        var table = Measure(coupling, ByMacs, multiple: 1);
        Assert.Equal(SecondsPerMac * coupling.Graph.Macs, table.Seconds, 1e-15);
        var dice = new Dice(3);
        for (var draw = 0; draw < 5; draw++)
        {
            int[] kept = [.. coupling.Groups.Select(
                group => group.IsPrunable ? group.Channels - dice.Roll(group.Channels * 3 / 4) : group.Channels)];
            var expected = SecondsPerMac * ResourceConstraint.Macs(coupling).Count(kept);
            Assert.Equal(expected, table.Predict(kept), 1e-9 * expected);
        }
    }

    [Fact]
    public void Transformers_are_predicted_nearly()
    {
        var coupling = CouplingGraph.Build(Models.Build("cifar_vit", new NetworkInput(3, 16, 16)));
        var table = Measure(coupling, ByMacs, multiple: 1);
        int[] half = [.. coupling.Groups.Select(group => group.IsPrunable ? (group.Channels + 1) / 2 : group.Channels)];
        var expected = SecondsPerMac * ResourceConstraint.Macs(coupling).Count(half);
        Assert.Equal(expected, table.Predict(half), 0.1 * expected);
    }

    [Fact]
    public void Equal_units_are_measured_once_and_whole_networks_scale_the_sum()
    {
        var graphs = new List<string>();
        var graph = Models.Build("cifar_resnet20");
        var coupling = CouplingGraph.Build(graph);
        var meter = new LatencyMeter(network =>
        {
            graphs.Add(network.ToString());
            return 1e-3;
        });
        var table = LatencyTable.Measure(coupling, seconds: 1, meter, new() { RoundTo = 8 });
        _ = LatencyTable.Measure(coupling, seconds: 1, meter, new() { RoundTo = 16 });
        Assert.Equal(graphs.Count, meter.Measurements);
        Assert.Equal(graphs.Count, graphs.Distinct().Count());
        Assert.Equal(1, table.Predict([.. coupling.Groups.Select(group => group.Channels)]), 1e-12);
        Assert.Contains(graphs, text => text.Contains("Conv2d", StringComparison.Ordinal)
            && text.Contains("BatchNorm2d", StringComparison.Ordinal)
            && text.Contains("Relu", StringComparison.Ordinal));
    }

    [Fact]
    public void A_clock_that_jitters_never_makes_a_wider_network_cheaper()
    {
        var coupling = CouplingGraph.Build(Models.Build("cifar_resnet8"));
        var dice = new Dice(11);
        var table = Measure(coupling, network => ByMacs(network) * (0.5 + dice.Uniform()) + 1e-6);
        int[] kept = [.. coupling.Groups.Select(_ => 1)];
        var before = table.Predict(kept);
        while (coupling.Groups.Select((group, position) => group.Channels - kept[position]).Any(left => left > 0))
        {
            for (var group = 0; group < kept.Length; group++)
            {
                kept[group] = Math.Min(coupling.Groups[group].Channels, kept[group] + 3);
            }

            var now = table.Predict(kept);
            Assert.True(now >= before);
            before = now;
        }
    }

    [Fact]
    public void A_correction_holds_where_it_was_measured_and_counts_in_part_nearby()
    {
        var coupling = CouplingGraph.Build(Models.Build("cifar_resnet8"));
        var table = Measure(coupling, ByMacs, multiple: 1);
        int[] Kept(double fraction) =>
            [.. coupling.Groups.Select(group => Math.Max(1, (int)(fraction * group.Channels)))];
        var (narrow, half, wide, all) = (Kept(0.25), Kept(0.5), Kept(0.75), Kept(1));
        var (narrowBefore, halfBefore, wideBefore) = (table.Predict(narrow), table.Predict(half), table.Predict(wide));
        table.Correct(half, 1.2 * halfBefore);
        Assert.Equal(1.2 * halfBefore, table.Predict(half), 1e-15);
        Assert.Equal(1.2 * narrowBefore, table.Predict(narrow), 1e-15);
        Assert.InRange(table.Predict(wide), wideBefore, 1.2 * wideBefore);
        Assert.Equal(table.Seconds, table.Predict(all), 1e-15);
        table.Correct(half, 2 * table.Seconds);
        Assert.True(table.Predict(all) >= table.Predict(half));
    }

    [Fact]
    public void A_search_meets_the_latency_that_it_is_given()
    {
        var graph = Models.Build("cifar_resnet20");
        using var parameters = ParameterTable.Initialize(graph, seed: 2);
        LatencyTable table = null!;
        var search = new SubnetworkSearch(
            graph,
            OneCycleOptions.Paper with { RoundTo = 8 },
            coupling => new ResourceConstraint(coupling, table = Measure(coupling, ByMacs)));
        var partition = search.Find(parameters, target: 0.6);
        var cut = CutPlan.Create(search.Coupling, partition.Subnetwork).After;
        Assert.All(partition.Subnetwork.Kept, kept => Assert.True(kept.Length % 8 == 0 || kept.Length is 3 or 10));
        Assert.InRange(ByMacs(cut) / table.Seconds, 0.25, 0.4);
        Assert.Equal(
            ByMacs(cut), table.Predict([.. partition.Subnetwork.Kept.Select(kept => kept.Length)]),
            1e-9 * table.Seconds);
    }
}
