using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Tests.Coupling;

public sealed class CouplingGraphTests
{
    [Fact]
    public void Coupling_is_the_equivalence_that_the_operators_ties_generate() =>
        Properties.HoldForRandomGraphs(80, random =>
    {
        var graph = random.Build();
        var components = Components(graph);
        var channelOf = new Dictionary<(string, int, int), (int Group, int Channel)>();
        var groups = CouplingGraph.Build(graph).Groups;
        for (var position = 0; position < groups.Length; position++)
        {
            foreach (var member in groups[position].Members)
            {
                for (var channel = 0; channel < groups[position].Channels; channel++)
                {
                    foreach (var index in member.IndicesOf(channel))
                    {
                        // Add fails when a slice is in two channels.
                        channelOf.Add((member.Parameter, member.Dimension, index), (position, channel));
                    }
                }
            }
        }

        // Reflexive, symmetric and transitive: two slices share a channel exactly when a path of ties joins them.
        var componentsOfChannel = channelOf.ToLookup(pair => pair.Value, pair => components[pair.Key]);
        Assert.All(componentsOfChannel, of => Assert.Single(of.Distinct()));
        Assert.Equal(componentsOfChannel.Count, componentsOfChannel.Select(of => of.First()).Distinct().Count());

        // All but scalars: a single slope for all channels is no channel.
        foreach (var spec in graph.Parameters.Where(spec => spec.Shape.Length > 0 && spec.ElementCount > 1))
        {
            Assert.All(Enumerable.Range(0, (int)spec.Shape[0]), row => Assert.Contains((spec.Name, 0, row), channelOf));
        }
    });

    [Fact]
    public void A_residual_sum_puts_both_branches_in_one_group()
    {
        var g = new GraphBuilder("residual");
        var x = g.Conv2d("stem", g.Input("input", 1, 2, 2), 4, 1);
        var y = g.BatchNorm2d("bn", g.Conv2d("branch", x, 4, 1, bias: true));
        var coupling = CouplingGraph.Build(g.Build(g.Conv2d("head", g.Add("add", y, x), 2, 1)));
        var group = coupling.Groups[coupling.Position("stem")];
        Assert.True(group.IsPrunable);
        Assert.Equal(
            [
                "stem.weight/0", "branch.weight/0", "branch.weight/1", "branch.bias/0",
                "bn.weight/0", "bn.bias/0", "bn.running_mean/0", "bn.running_var/0", "head.weight/1",
            ],
            group.Members.Select(member => $"{member.Parameter}/{member.Dimension}"));
        Assert.Equal(
            ["stem.weight", "branch.weight", "branch.weight", "bn.weight", "head.weight"],
            group.Members.Where(member => member.IsCounted).Select(member => member.Parameter));
    }

    [Fact]
    public void A_concat_gives_each_branch_its_own_columns()
    {
        var g = new GraphBuilder("concat");
        var x = g.Input("input", 1, 2, 2);
        var join = g.Concat("join", 1, g.Conv2d("a", x, 2, 1), g.Conv2d("b", x, 3, 1));
        var coupling = CouplingGraph.Build(g.Build(g.Conv2d("head", join, 2, 1)));
        Assert.Equal([0, 1], ColumnsOf("a"));
        Assert.Equal([2, 3, 4], ColumnsOf("b"));

        IEnumerable<int> ColumnsOf(string group) =>
            coupling.Groups[coupling.Position(group)].Members.Single(member =>
                member.Parameter == "head.weight").Indices;
    }

    [Fact]
    public void After_a_flatten_a_channel_has_a_column_for_each_position()
    {
        var coupling = CouplingGraph.Build(Networks.Flattened());
        var columns = coupling.Groups[coupling.Position("conv")].Members.Single(
            member => member.Parameter == "fc.weight");
        Assert.Equal(4, columns.IndicesPerChannel);
        Assert.Equal([4, 5, 6, 7], columns.IndicesOf(1).ToArray());
    }

    [Fact]
    public void A_channel_of_a_grouped_convolution_has_an_index_in_every_group()
    {
        var g = new GraphBuilder("grouped");
        var x = g.Conv2d("stem", g.Input("input", 1, 2, 2), 4, 1);
        var coupling = CouplingGraph.Build(g.Build(g.Conv2d("head", g.Conv2d("grouped", x, 6, 1, groups: 2), 2, 1)));
        var outputs = coupling.Groups[coupling.Position("grouped")];
        Assert.Equal(3, outputs.Channels);
        Assert.Equal(
            [1, 4],
            outputs.Members.Single(member => member.Parameter == "grouped.weight").IndicesOf(1).ToArray());
        var inputs = coupling.Groups[coupling.Position("stem")];
        Assert.Equal(2, inputs.Channels);
        Assert.Equal([0, 2], inputs.Members.Single(member => member.Parameter == "stem.weight").IndicesOf(0).ToArray());
        Assert.Equal([0], inputs.Members.Single(member => member.Parameter == "grouped.weight").IndicesOf(0).ToArray());
    }

    [Fact]
    public void What_input_output_or_a_fixed_size_holds_is_frozen_and_says_why()
    {
        var g = new GraphBuilder("frozen");
        var x = g.Input("input", 3, 4, 4);
        // A linear layer on the width of the image: its columns are positions, which a convolution's window fixes.
        var positions = g.Linear("positions", g.Conv2d("conv", x, 2, 3, padding: 1), 4);
        var sum = g.Add("with image", g.Conv2d("three", positions, 3, 1), x);
        var coupling = CouplingGraph.Build(g.Build(g.Conv2d("last", sum, 5, 1)));
        Assert.Equal("size fixed by Conv2d(stride 1, padding 1) 'conv'", ReasonOf("positions (inputs)"));
        Assert.Equal("size fixed by Conv2d(stride 1, padding 0) 'three'", ReasonOf("positions"));
        Assert.Equal("input of the network", ReasonOf("three"));
        Assert.Equal("output of the network", ReasonOf("last"));
        Assert.Null(ReasonOf("conv"));

        string? ReasonOf(string group) => coupling.Groups[coupling.Position(group)].FrozenReason;
    }

    [Fact]
    public void Ids_are_positions_counted_from_one()
    {
        var groups = CouplingGraph.Build(Networks.Chain(2, 4, 6)).Groups;
        Assert.Equal(Enumerable.Range(1, groups.Length), groups.Select(group => group.Id));
    }

    // Connected components of the ties by breadth-first search: parameters are known by name, values by "%n".
    private static Dictionary<(string, int, int), int> Components(Graph graph)
    {
        var ties = new Ties(graph);
        for (var node = 0; node < graph.Nodes.Length; node++)
        {
            ties.Collect(node);
        }

        var components = new Dictionary<(string, int, int), int>();
        var count = 0;
        foreach (var start in ties.Neighbours.Keys)
        {
            var queue = new Queue<(string, int, int)>([start]);
            while (queue.TryDequeue(out var coordinate))
            {
                if (components.TryAdd(coordinate, count))
                {
                    ties.Neighbours[coordinate].ForEach(queue.Enqueue);
                }
            }

            count++;
        }

        return components;
    }

    private sealed class Ties(Graph graph) : ICoupling
    {
        private Node _node = null!;
        private int _index;

        public NodeShapes Shapes => graph.ShapesOf(_node);

        public Dictionary<(string Of, int Dimension, int Index), List<(string, int, int)>> Neighbours { get; } = [];

        public void Collect(int node)
        {
            (_node, _index) = (graph.Nodes[node], node);
            _node.Operator.Couple(this);
        }

        public void Tie(Axis a, Axis b)
        {
            for (var index = 0; index < Shapes.Size(a); index++)
            {
                Tie(a, index, b, index);
            }
        }

        public void Tie(Axis a, long aIndex, Axis b, long bIndex)
        {
            var (first, second) = (Coordinate(a, aIndex), Coordinate(b, bIndex));
            NeighboursOf(first).Add(second);
            NeighboursOf(second).Add(first);
        }

        public void Free(Axis axis)
        {
        }

        public void Freeze(Axis axis, string reason)
        {
        }

        private List<(string, int, int)> NeighboursOf((string, int, int) coordinate)
        {
            Neighbours.TryAdd(coordinate, []);
            return Neighbours[coordinate];
        }

        private (string, int, int) Coordinate(Axis axis, long index) => (axis.Kind switch
        {
            AxisKind.Input => $"%{_node.Inputs[axis.Index]}",
            AxisKind.Output => $"%{_index}",
            _ => _node.Parameters[axis.Index],
        }, axis.Dimension, (int)index);
    }
}
