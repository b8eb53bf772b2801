using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Zoo;

namespace Ocs.Training.Tests;

/// <summary>
/// What libtorch can't compute in a narrow type is found before training, and told with the node and what to do.
/// </summary>
[NoTensorLeaks]
[OneThread]
public sealed class PrecisionTrialTests
{
    // Which operators lack a narrow type is known of this version; another one may have them all.
    private static readonly bool IsKnown = TorchRuntime.Version.StartsWith("1.13", StringComparison.Ordinal);

    // The whole zoo is trained in bf16 by ReducedPrecisionTests.
    [Theory]
    [InlineData("cifar_resnet8", false)]
    [InlineData("cifar_mobilenet_v2", false)]
    [InlineData("cifar_vit", false)]
    [InlineData("cifar_resnet8", true)]
    public void A_network_trains_in_bf16_or_its_node_is_named(string name, bool isClipped)
    {
        var graph = Models.Build(name, NetworkInput.Cifar, classes: 10);
        graph = isClipped ? Clipped(graph) : graph;
        using var generator = new Generator(0);
        using var network = new RunningNetwork(
            graph, ParameterTable.Initialize(graph, generator), generator, recompute: false);
        using var batch = Tensor.Empty([4, 3, 32, 32]);
        Aten.NormalInPlace(batch, 0, 1, generator);
        using var samples = new Batch(0, [batch.Alias()], [Tensor.Zeros([4], DType.Int64)]);
        var before = network.Parameters[network.Parameters.Trainable[0]].ToArray<float>();

        var (left, sentence) = Trial(Precision.Auto).Leave(network, [Precision.Fp32, Precision.Bf16], samples);

        Assert.Equal(sentence is null ? [Precision.Fp32, Precision.Bf16] : [Precision.Fp32], left);
        if (IsKnown)
        {
            Assert.Equal(isClipped, sentence is not null);
        }

        if (sentence is not null)
        {
            Assert.StartsWith(
                $"The network can't be trained in bf16 with libtorch {TorchRuntime.Version}: node '",
                sentence,
                StringComparison.Ordinal);
            Assert.EndsWith(", so fp32 is taken.", sentence, StringComparison.Ordinal);
            Assert.Contains(graph.Nodes, node => sentence.Contains($"node '{node.Name}', ", StringComparison.Ordinal));
            Assert.Contains(nameof(Clip), sentence, StringComparison.Ordinal);
            var refused = Assert.Throws<OcsInputException>(() =>
                Trial(Precision.Bf16).Leave(network, [Precision.Bf16], samples)).Message;
            Assert.EndsWith(
                "; choose precision fp32, or auto, which takes bf16 only where it can.",
                refused,
                StringComparison.Ordinal);
        }

        Assert.Equal(before, network.Parameters[network.Parameters.Trainable[0]].ToArray<float>());
    }

    [Fact]
    public void An_operator_that_only_fails_backward_is_found_by_its_node()
    {
        var g = new GraphBuilder("clipped");
        var x = g.Add("clip", new Clip(), [g.Conv2d("conv", g.Input("input", 3, 8, 8), 4, kernel: 3)], []);
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.AveragePool2d("pool", x, 6)), 2));
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var batch = Tensor.Ones([2, 3, 8, 8]);

        Assert.Null(NodeTrial.FirstFault(graph, parameters, [batch], MemoryFormat.Contiguous, autocast: null));
        var fault = NodeTrial.FirstFault(graph, parameters, [batch], MemoryFormat.ChannelsLast, DType.BFloat16);
        Assert.Equal(IsKnown ? "clip" : fault?.Node.Name, fault?.Node.Name);
    }

    [Fact]
    public void Training_that_demands_what_cannot_be_ends_before_its_first_step_and_auto_goes_on_in_fp32()
    {
        var g = new GraphBuilder("clipped");
        var x = g.Relu("relu", g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 1, 8, 8), 12, kernel: 3)));
        x = g.Add("clip", new Clip(), [g.Flatten("flatten", g.AveragePool2d("pool", x, 2))], []);
        var graph = g.Build(g.Linear("fc", x, TinyTask.Classes));
        if (!IsKnown)
        {
            return;
        }

        using var observer = new RecordingObserver();
        using (var trainer = TinyTask.Trainer(
            null, observer, TinyTask.Options with { Precision = Precision.Bf16 }, graph: graph))
        {
            var error = Assert.Throws<OcsInputException>(() => trainer.Run());
            Assert.Contains("node 'clip', Clip", error.Message, StringComparison.Ordinal);
            Assert.Empty(observer.Events);
        }

        using var goesOn = TinyTask.Trainer(
            null, observer, TinyTask.Options with { Precision = Precision.Auto }, graph: graph);
        using var result = goesOn.Run();
        Assert.Equal(Precision.Fp32, result.Precision);
        Assert.Equal(
            Precision.Auto.Candidates(Device.Cpu).Length > 1 ? 1 : 0,
            observer.Messages.Count(message => message.EndsWith("so fp32 is taken.", StringComparison.Ordinal)));
    }

    private static Graph Clipped(Graph graph) => graph with
    {
        Nodes =
        [
            .. graph.Nodes.Select(node => node.Operator is Activation ? node with { Operator = new Clip() } : node),
        ],
    };

    private static PrecisionTrial Trial(Precision precision) =>
        new(TinyTask.Options with { Precision = precision, Layout = LayoutChoice.Auto }, TinyTask.Task, Replicas.None);

    // libtorch's hardtanh has no backward pass in bfloat16 on a CPU.
    private sealed record Clip : Operator
    {
        public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

        public override Tensor Run(in RunContext context) => Aten.Hardtanh(context.Input, 0, 6);

        public override void Couple(ICoupling coupling) => TieElementwise(coupling);

        public override bool KeepsZeroChannels(NodeShapes shapes) => true;

        public override string ToString() => nameof(Clip);
    }
}
