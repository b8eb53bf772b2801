using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;
using Ocs.Zoo;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// Every network of the zoo is cut at three budgets through the gate, saved, read again and trained a step: its row of
/// docs/prunability.md.
/// </summary>
/// <remarks>
/// Networks of more than 32 million parameters are first narrowed to half of every width: the same nodes, groups and
/// rules over a quarter of the numbers. Others of their families are cut at full width.
/// </remarks>
[NoTensorLeaks]
public sealed class PrunabilityTests
{
    private const int Classes = 10;
    private const int Batch = 2;
    private const long LargestAtFullWidth = 32_000_000;

    // One ranking each: over all groups, which may leave some whole; the same fraction of every group; between groups
    // of one shape.
    private static readonly (double Target, Ranking Ranking)[] Cuts =
        [(0.3, Ranking.Global), (0.5, Ranking.PerGroup), (0.7, Ranking.Isomorphic)];

    // What Torch-Pruning v1.6.1 does not prune of torchvision 0.14, each tried with its own example's set-up.
    private static readonly Dictionary<string, string> FailsElsewhere = new()
    {
        ["shufflenet_v2"] = "ZeroDivisionError",
        ["swin_t"] = "TypeError",
        ["swin_s"] = "TypeError",
        ["swin_b"] = "TypeError",
        ["swin_v2"] = "over 60 s",
        ["maxvit"] = "over 60 s",
        ["ssd300_vgg16"] = "not tried",
        ["fcn"] = "not tried",
        ["deeplabv3"] = "not tried",
    };

    public static TheoryData<string> Names => [.. Models.All.Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_is_cut_saved_read_and_trained(string name)
    {
        var model = Models.Find(name);
        var input = SmallImages.Of(model);
        var published = Models.Build(name, input, Classes);
        var graph = Narrowed(published);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        MoveFromConstants(graph, parameters);
        using var samples = Samples(input);
        var groups = 0;
        var toldByShapes = false;
        var marks = new List<string>();
        foreach (var (target, ranking) in Cuts)
        {
            var search = new SubnetworkSearch(graph, OneCycleOptions.Paper with { Target = target, Ranking = ranking });
            groups = search.Coupling.Groups.Count(group => group.IsPrunable);
            var partition = search.Find(parameters);
            Assert.InRange(
                1 - (double)search.Constraint.Count(partition.Subnetwork) / graph.Macs, target, target + 0.15);
            using var cut = ProvenCut.Make(search, partition, parameters, samples);
            if (target == 0.5)
            {
                TrainAStep(cut.Network.Graph, cut.Network.Parameters, samples);
                toldByShapes = IsToldByShapes(published, cut.Network.Graph);
            }

            marks.Add("yes");
        }

        PrunabilityTable.Matches(
            name, [$"{input.Shape[^1]}", $"{groups}", .. marks, "yes", toldByShapes ? "yes" : "no", Elsewhere(name)]);
    }

    [Fact]
    public void The_table_has_every_network_and_their_number() =>
        PrunabilityTable.HasARowForEachNetworkAndTheirNumber();

    /// <summary>A large network with half of every width; any other as it is.</summary>
    internal static Graph Narrowed(Graph graph)
    {
        if (graph.ParameterCount <= LargestAtFullWidth)
        {
            return graph;
        }

        var search = new SubnetworkSearch(graph, OneCycleOptions.Paper with { MaximumPruned = 0.5 });
        var half = CutPlan.Create(search.Coupling, search.Narrowest).After;
        Assert.Equal(graph.Nodes.Length, half.Nodes.Length);
        return half;
    }

    internal static Tensor Samples(NetworkInput input, int batch = Batch)
    {
        var dice = new Dice(9);
        var count = (int)(batch * input.Shape.Aggregate(1L, (product, size) => product * size));
        long[] shape = [batch, .. input.Shape];
        return input.IsSequence
            ? Tensor.FromArray<long>([.. Enumerable.Range(0, count).Select(_ => (long)dice.Roll(Classes))], shape)
            : Tensor.FromArray<float>(dice.Floats(count, -1, 1), shape);
    }

    private static string Elsewhere(string name) => name.StartsWith("cifar_", StringComparison.Ordinal)
        || name.StartsWith("ssd300_resnet", StringComparison.Ordinal)
        || name.StartsWith("gpt_", StringComparison.Ordinal)
        || name.StartsWith("unet", StringComparison.Ordinal)
        || name is "fcn_resnet18" or "deeplabv3_resnet18"
        ? "not in torchvision"
        : FailsElsewhere.FirstOrDefault(pair => name.StartsWith(pair.Key, StringComparison.Ordinal)).Value is { } error
            ? error == "not tried" ? error : $"no: {error}"
            : "yes";

    // A classifier or a layer scale that starts from nearly 0 would hide from the gate what lies before it; a norm that
    // starts from 1, that another channel's weight is taken.
    private static void MoveFromConstants(Graph graph, ParameterTable parameters)
    {
        var dice = new Dice(5);
        foreach (var spec in graph.Parameters.Where(spec =>
            spec.Initialization.Kind == InitializationKind.Constant && spec.Role != ParameterRole.Counter))
        {
            var start = spec.Initialization.Value;
            parameters.Replace(
                spec.Name,
                Tensor.FromArray<float>(dice.Floats(spec.ElementCount, start - 0.1, start + 0.1), spec.Shape.AsSpan()));
        }
    }

    // What a file of weights alone, without the graph, can be loaded from.
    private static bool IsToldByShapes(Graph graph, Graph after)
    {
        try
        {
            var told = graph.WithParameterShapes(after.Parameters.ToDictionary(spec => spec.Name, spec => spec.Shape));
            Assert.Equal(after.ToString(), told.ToString());
            return true;
        }
        catch (OcsInputException)
        {
            return false;
        }
    }

    // Detectors have boxes and scores; the squares of both are as good as any loss.
    internal static Tensor Loss(IReadOnlyList<Tensor> outputs)
    {
        using var first = outputs[0];
        if (outputs.Count == 1)
        {
            using var logits = Aten.Reshape(first, [-1, Classes]);
            using var labels = Labels(logits.Shape[0]);
            return Aten.CrossEntropy(logits, labels, 0);
        }

        using var second = outputs[1];
        using var boxes = Aten.Square(first);
        using var scores = Aten.Square(second);
        using var boxMean = Aten.Mean(boxes);
        using var scoreMean = Aten.Mean(scores);
        return Aten.Add(boxMean, scoreMean);
    }

    private static void TrainAStep(Graph graph, ParameterTable parameters, Tensor samples)
    {
        using var optimizer = new Sgd(new TrainingOptions());
        var last = parameters.Trainable[^1];
        var before = parameters[last].ToArray<float>();
        using (var loss = Loss(new Executor(graph, parameters).ForwardAll([samples], training: true)))
        {
            Autograd.Backward(loss);
        }

        optimizer.Step(parameters, 1e-3);
        foreach (var name in parameters.Trainable)
        {
            using var magnitudes = Aten.Abs(parameters[name]);
            using var largest = Aten.Max(magnitudes);
            Assert.True(double.IsFinite(largest.Item<double>()), name);
        }

        Assert.NotEqual(before, parameters[last].ToArray<float>());
    }

    private static Tensor Labels(long count) => Tensor.FromArray<long>(
        [.. Enumerable.Range(0, (int)count).Select(row => (long)row % Classes)], [count]);
}
