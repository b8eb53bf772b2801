using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Regularization;

namespace Ocs.Pruning.Tests.Regularization;

[NoTensorLeaks]
[OneThread]
public sealed class WeightShrinkageTests
{
    [Fact]
    public void Only_pruned_slices_shrink_once_for_each_group_that_prunes_them() =>
        Properties.HoldForRandomGraphs(60, random =>
    {
        const double Factor = 1 - 0.4 * 0.25;
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.RandomSubnetwork(random.Seed);
        using var parameters = random.Parameters(graph);
        using var before = parameters.Clone(graph);
        using (var slices = new PrunedSlices(coupling.Groups, subnetwork, parameters))
        {
            WeightShrinkage.Apply(slices, lambda: 0.4, learningRate: 0.25);
        }

        foreach (var spec in graph.Parameters.Where(spec => spec.Role != ParameterRole.Counter))
        {
            var (old, now) = (before[spec.Name].ToArray<float>(), parameters[spec.Name].ToArray<float>());
            var pruned = PrunedIndices(coupling, subnetwork, spec);
            for (var element = 0; element < old.Length; element++)
            {
                var times = Coordinates(element, spec)
                    .Where((index, dimension) => pruned.Contains((dimension, index))).Count();
                if (times == 0)
                {
                    Assert.Equal(
                        BitConverter.SingleToInt32Bits(old[element]), BitConverter.SingleToInt32Bits(now[element]));
                }
                else
                {
                    Assert.Equal(old[element] * Math.Pow(Factor, times), now[element], 1e-6);
                }
            }
        }
    });

    [Fact]
    public void An_element_in_a_pruned_row_and_a_pruned_column_is_shrunk_twice()
    {
        var graph = Networks.Chain(2, 2, 2);
        var coupling = CouplingGraph.Build(graph);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("conv1.weight", 8, 8, 8, 8);
        using var slices = new PrunedSlices(
            coupling.Groups, coupling.Without(("conv0", [1]), ("conv1", [0])), parameters);
        WeightShrinkage.Apply(slices, lambda: 1, learningRate: 0.5);
        Assert.Equal([4f, 2f, 8f, 4f], parameters["conv1.weight"].ToArray<float>());
    }

    [Fact]
    public void Biases_and_statistics_are_left_alone()
    {
        var graph = Networks.Flattened();
        var coupling = CouplingGraph.Build(graph);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("conv.bias", 1, 2, 3);
        parameters.Set("bn.bias", 1, 2, 3);
        parameters.Set("bn.running_var", 1, 2, 3);
        using var slices = new PrunedSlices(coupling.Groups, coupling.Without(("conv", [0, 1])), parameters);
        WeightShrinkage.Apply(slices, lambda: 1, learningRate: 0.5);
        Assert.All(
            new[] { "conv.bias", "bn.bias", "bn.running_var" },
            name => Assert.Equal([1f, 2f, 3f], parameters[name].ToArray<float>()));
        Assert.Equal([0.5f, 0.5f, 1f], parameters["bn.weight"].ToArray<float>());
    }

    private static HashSet<(int Dimension, int Index)> PrunedIndices(
        CouplingGraph coupling, Subnetwork subnetwork, ParameterSpec spec) =>
    [
        .. coupling.Groups.SelectMany((group, position) => group.Members
            .Where(
                member =>
                    member.Parameter == spec.Name && spec.Role is (ParameterRole.Weight or ParameterRole.NormWeight))
            .SelectMany(member => subnetwork.PrunedOf(position)
                .SelectMany(channel => member.IndicesOf(channel).ToArray())
                .Select(index => (member.Dimension, index)))),
    ];

    private static IEnumerable<int> Coordinates(int element, ParameterSpec spec)
    {
        var coordinates = new int[spec.Shape.Length];
        for (var dimension = coordinates.Length - 1; dimension >= 0; dimension--)
        {
            coordinates[dimension] = element % (int)spec.Shape[dimension];
            element /= (int)spec.Shape[dimension];
        }

        return coordinates;
    }
}
