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

    // The smallest of each family that takes images of 32x32. VGG and AlexNet have no operator that these lack, and ten
    // times their weights.
    [Theory]
    [InlineData("cifar_resnet8", null)]
    [InlineData("resnet18", null)]
    [InlineData("cifar_mobilenet_v2", "Relu6")]
    [InlineData("mobilenet_v2", "Relu6")]
    [InlineData("mobilenet_v3_small", null)]
    [InlineData("mnasnet0_5", null)]
    [InlineData("shufflenet_v2_x0_5", null)]
    [InlineData("squeezenet1_1", null)]
    [InlineData("densenet121", null)]
    [InlineData("googlenet", null)]
    [InlineData("efficientnet_b0", null)]
    [InlineData("regnet_y_400mf", null)]
    [InlineData("cifar_vit", "LayerNorm")]
    [InlineData("swin_t", "LayerNorm")]
    [InlineData("swin_v2_t", "LayerNorm")]
    [InlineData("convnext_tiny", "LayerNorm")]
    public void Of_every_family_a_network_trains_in_bf16_or_its_node_is_named(string name, string? obstacle)
    {
        var graph = Models.Build(name, NetworkInput.Cifar, classes: 10);
        using var generator = new Generator(0);
        using var network = new RunningNetwork(graph, ParameterTable.Initialize(graph, generator), generator);
        using var batch = Tensor.Empty([4, 3, 32, 32]);
        Aten.NormalInPlace(batch, 0, 1, generator);
        using var samples = new Batch(0, [batch.Alias()], [Tensor.Zeros([4], DType.Int64)]);
        var before = network.Parameters[network.Parameters.Trainable[0]].ToArray<float>();

        var (left, sentence) = Trial(Precision.Auto).Leave(network, [Precision.Fp32, Precision.Bf16], samples);

        Assert.Equal(sentence is null ? [Precision.Fp32, Precision.Bf16] : [Precision.Fp32], left);
        if (IsKnown)
        {
            Assert.Equal(obstacle is null, sentence is null);
        }

        if (sentence is not null)
        {
            Assert.StartsWith(
                $"The network can't be trained in bf16 with libtorch {TorchRuntime.Version}: node '",
                sentence,
                StringComparison.Ordinal);
            Assert.EndsWith(", so fp32 is taken.", sentence, StringComparison.Ordinal);
            Assert.Contains(graph.Nodes, node => sentence.Contains($"node '{node.Name}', ", StringComparison.Ordinal));
            Assert.Contains(obstacle!, sentence, StringComparison.Ordinal);
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
        var x = g.Activation("clip", g.Conv2d("conv", g.Input("input", 3, 8, 8), 4, kernel: 3), ActivationKind.Relu6);
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
        var g = new GraphBuilder("normal");
        var x = g.Relu("relu", g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 1, 8, 8), 12, kernel: 3)));
        x = g.LayerNorm("norm", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)));
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
            Assert.Contains("node 'norm', LayerNorm", error.Message, StringComparison.Ordinal);
            Assert.Empty(observer.Events);
        }

        using var goesOn = TinyTask.Trainer(
            TinyTask.Pruning, observer, TinyTask.Options with { Precision = Precision.Auto }, graph: graph);
        using var result = goesOn.Run();
        Assert.Equal(Precision.Fp32, result.Precision);
        Assert.Equal(
            Precision.Auto.Candidates(Device.Cpu).Length > 1 ? 1 : 0,
            observer.Messages.Count(message => message.EndsWith("so fp32 is taken.", StringComparison.Ordinal)));
    }

    private static PrecisionTrial Trial(Precision precision) =>
        new(TinyTask.Options with { Precision = precision, Layout = LayoutChoice.Auto }, TinyTask.Task, Replicas.None);
}
