using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training.Tests;

/// <summary>Trainers of one process do not disturb each other.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class TrainersTogetherTests
{
    [Fact]
    public void Three_at_once_with_one_seed_end_as_one_alone()
    {
        var alone = Train();
        TorchRuntime.Seed(99);
        var together = new List<float>[3];
        Parallel.For(0, together.Length, i => together[i] = Train());

        Assert.All(together, weights => Assert.Equal(alone, weights));
    }

    [Fact]
    public void A_trainer_leaves_the_random_numbers_and_settings_of_the_process_as_they_were()
    {
        var before = (TorchRuntime.MatmulPrecision, TorchRuntime.CudnnBenchmark);
        var state = TorchRuntime.GetRngState();
        _ = Train(TinyTask.Options with
        {
            Epochs = 1,
            MatmulPrecision = MatmulPrecision.High,
            CudnnBenchmark = !before.CudnnBenchmark,
        });
        Assert.Equal(before, (TorchRuntime.MatmulPrecision, TorchRuntime.CudnnBenchmark));
        Assert.Equal(state, TorchRuntime.GetRngState());
    }

    [Fact]
    public void Settings_that_libtorch_has_once_a_process_must_be_the_same()
    {
        var (graph, options) = (TinyTask.Network(), TinyTask.Options);
        using (ProcessClaim.Take(options, graph, Device.Cpu))
        {
            using var same = ProcessClaim.Take(options, graph, Device.Cpu);
            Assert.Equal(
                "Another trainer in this process runs with `MatmulPrecision` highest and `CudnnBenchmark` true, "
                + "and this one wants `MatmulPrecision` high and `CudnnBenchmark` true, "
                + "which libtorch has once a process; give both the same, or run one after the other.",
                Assert.Throws<OcsInputException>(
                    () => ProcessClaim.Take(options with { MatmulPrecision = MatmulPrecision.High },
                        graph, Device.Cpu)).Message);
        }

        using var other = ProcessClaim.Take(options with { MatmulPrecision = MatmulPrecision.High }, graph, Device.Cpu);
        Assert.Equal(MatmulPrecision.High, TorchRuntime.MatmulPrecision);
    }

    [Fact]
    public void On_a_device_with_one_generator_only_one_may_draw()
    {
        using var first = ProcessClaim.Take(TinyTask.Options, Dropping(), Device.Cuda());
        using var plain = ProcessClaim.Take(TinyTask.Options, TinyTask.Network(), Device.Cuda());
        Assert.Equal(
            "Another trainer in this process draws dropout's numbers on cuda:0, which has one generator a process; "
            + "run one after the other, or each in a process of its own.",
            Assert.Throws<OcsInputException>(() =>
                ProcessClaim.Take(TinyTask.Options, Dropping(), Device.Cuda())).Message);
    }

    private static List<float> Train(TrainingOptions? options = null)
    {
        var graph = Dropping();
        using var trainer = new OneCycleTrainer(graph, TinyTask.Data, options ?? TinyTask.Options, TinyTask.Pruning);
        using var result = trainer.Run();
        return [.. result.Parameters.Trainable.SelectMany(name => result.Parameters[name].ToArray<float>())];
    }

    private static Graph Dropping()
    {
        var g = new GraphBuilder("dropping");
        var x = g.Relu(
            "relu1",
            g.BatchNorm2d("bn1", g.Conv2d("conv1", g.Input("input", 1, 8, 8), 12, kernel: 3, padding: 1)));
        var y = g.StochasticDepth("depth", g.BatchNorm2d("bn2", g.Conv2d("conv2", x, 12, kernel: 3, padding: 1)), 0.3);
        x = g.Dropout2d("dropout1", g.Relu("relu2", g.Add("add", x, y)), 0.1);
        x = g.Dropout("dropout2", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), 0.3);
        return g.Build(g.Linear("fc", x, TinyTask.Classes));
    }
}
