using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Distillation;
using Ocs.Training.Optimizers;
using Ocs.Training.Steps;
using Ocs.Training.Tests.Steps;

namespace Ocs.Training.Tests.Distillation;

/// <summary>Trainings with a teacher.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class DistilledTrainingTests
{
    private static readonly DistillationOptions Dkd =
        new() { Kind = DistillationKind.Dkd, Temperature = 2, Alpha = 1.5, Beta = 3, WarmupEpochs = 2 };

    // 48 images: a step of 18 takes them in batches of 6, the last of 12 too.
    private static readonly TrainingOptions Whole =
        TinyTask.Options with { Epochs = 4, BatchSize = 18, DropLast = false, EvaluationBatchSize = 30 };

    public static TheoryData<DistillationKind> Kinds => [DistillationKind.Kd, DistillationKind.Dkd];

    // x of all images, z = W x + b, z' of the teacher: dL/dz = ((1 - w) (p - y) + w T (q - q')) / N.
    [Fact]
    public void The_first_step_is_that_of_the_formula_in_float64()
    {
        var (weight, temperature, rate) = (0.7, 3.0, 0.05);
        var options = TinyTask.Options with
        {
            Epochs = 1,
            BatchSize = 48,
            LearningRate = rate,
            Momentum = 0,
            Nesterov = false,
            WeightDecay = 0,
        };
        using var teacher = Network.Initialize(Teachers.Linear(), seed: 5);
        using var start = Network.Initialize(Teachers.Linear(), seed: 6);
        var (w, b) = (Doubles(start, "fc.weight"), Doubles(start, "fc.bias"));
        var (tw, tb) = (Doubles(teacher, "fc.weight"), Doubles(teacher, "fc.bias"));
        var (images, labels) = AllImages();
        var (loss, task) = (0.0, 0.0);
        var (gw, gb) = (new double[w.Length], new double[b.Length]);
        for (var n = 0; n < labels.Length; n++)
        {
            var x = images.AsSpan(n * 64, 64).ToArray();
            var (z, taught) = (Logits(w, b, x), Logits(tw, tb, x));
            var (p, q, q2) = (Softmax(z, 1), Softmax(z, temperature), Softmax(taught, temperature));
            task -= Math.Log(p[labels[n]]) / 48;
            loss += temperature * temperature * q2.Zip(q, (mine, own) => mine * Math.Log(mine / own)).Sum() / 48;
            for (var c = 0; c < 3; c++)
            {
                var slope = (((1 - weight) * (p[c] - (c == labels[n] ? 1 : 0)))
                    + (weight * temperature * (q[c] - q2[c]))) / 48;
                gb[c] += slope;
                for (var i = 0; i < 64; i++)
                {
                    gw[(c * 64) + i] += slope * x[i];
                }
            }
        }

        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(
            new Network(start.Graph, start.Parameters.Clone(start.Graph)), TinyTask.Data,
            options.With(new() { Weight = weight, Temperature = temperature }), pruning: null,
            new() { Teacher = teacher })
        {
            Observer = observer,
        };
        using var result = trainer.Run();

        var record = observer.Records[0];
        Assert.Equal(task, record.TaskLoss!.Value, 1e-6);
        Assert.Equal(loss, record.DistillLoss!.Value, 1e-5);
        Assert.Equal(((1 - weight) * task) + (weight * loss), record.TrainLoss, 1e-5);
        AssertMoved("fc.weight", w, gw);
        AssertMoved("fc.bias", b, gb);

        void AssertMoved(string name, double[] before, double[] gradient) => Tensors.AssertClose(
            [.. gradient.Select(slope => (float)slope)],
            [.. result.Parameters[name].ToArray<float>().Select((value, i) => (float)((before[i] - value) / rate))],
            1e-4);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parts_processes_and_whole_learn_the_same(DistillationKind kind)
    {
        var distillation = kind == DistillationKind.Kd ? new() : Dkd;
        var options = Whole.With(distillation);
        var inParts = options with { BatchSize = 6, AccumulationSteps = 3 };
        using var teacher = Teachers.Wide();
        var whole = Teachers.Train(Teachers.Plain(), teacher, options);
        var parts = Teachers.Train(Teachers.Plain(), teacher, inParts);
        var two = Ranks.Run(2, group => Teachers.Train(Teachers.Plain(), teacher, inParts, group: group));

        foreach (var other in two.Append(parts))
        {
            Assert.All(whole.Weights, pair => Tensors.AssertClose(pair.Value, other.Weights[pair.Key], 1e-4));
            Assert.All(whole.Losses.Zip(other.Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            Assert.All(whole.Epochs.Zip(other.Epochs), pair =>
            {
                Assert.Equal(pair.First.Task!.Value, pair.Second.Task!.Value, 1e-5);
                Assert.Equal(pair.First.Distill!.Value, pair.Second.Distill!.Value, 1e-5);
            });
        }
    }

    [Fact]
    public void The_total_is_the_weighted_sum_and_the_weight_rises_in_the_warm_up()
    {
        using var teacher = Teachers.Wide();
        var kd = Teachers.Train(Teachers.Plain(), teacher, Whole.With(new() { Weight = 0.6, WarmupEpochs = 1 }));
        double[] weights = [0.3, 0.6, 0.6, 0.6];
        Assert.All(kd.Epochs.Zip(weights), pair => Assert.Equal(
            ((1 - pair.Second) * pair.First.Task!.Value) + (pair.Second * pair.First.Distill!.Value),
            pair.First.Total, 1e-5));

        var dkd = Teachers.Train(Teachers.Plain(), teacher, Whole.With(Dkd));
        double[] shares = [1 / 3.0, 2 / 3.0, 1, 1];
        Assert.All(dkd.Epochs.Zip(shares), pair => Assert.Equal(
            pair.First.Task!.Value + (pair.Second * pair.First.Distill!.Value), pair.First.Total, 1e-5));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_cycle_comes_nearer_to_its_teacher_before_and_after_the_cut(DistillationKind kind)
    {
        using var teacher = Teachers.Skilled();
        var options = (TinyTask.Options with { Epochs = 8 }).With(new() { Kind = kind });
        var trained = Teachers.Train(TinyTask.Network(), teacher, options, TinyTask.Pruning);
        Assert.Equal(3, trained.CutEpoch);
        double[] terms = [.. trained.Epochs.Select(epoch => epoch.Distill!.Value)];
        Assert.True(terms[2] < 0.8 * terms[0] && terms[^1] < 0.8 * terms[3], string.Join(' ', terms));
    }

    [Theory]
    [InlineData(DistillationKind.Kd, Precision.Fp32, 1)]
    [InlineData(DistillationKind.Dkd, Precision.Fp32, 2)]
    [InlineData(DistillationKind.Dkd, Precision.Bf16, 1)]
    public void A_captured_cycle_is_the_eager_one_to_the_last_bit(
        DistillationKind kind, Precision precision, int accumulation)
    {
        using var teacher = Teachers.Wide();
        var options = (TinyTask.Options with
        {
            BatchSize = 10 / accumulation,
            AccumulationSteps = accumulation,
            DropLast = false,
            Precision = precision,
            Layout = LayoutChoice.ChannelsLast,
            Padding = PaddingChoice.Never,
        }).With(Dkd with { Kind = kind });
        var capture = new RepeatingCapture();

        var eager = Teachers.Train(
            TinyTask.Network(), teacher, options, TinyTask.Pruning, steps: () => new EagerStep());
        var captured = Teachers.Train(
            TinyTask.Network(), teacher, options, TinyTask.Pruning,
            steps: () => new CapturedStep(() => capture, mayFallBack: false));

        Assert.True(capture.Replays > 10);
        Assert.Equal(eager.Weights, captured.Weights);
        Assert.Equal(eager.Losses, captured.Losses);
        Assert.Equal(eager.Epochs, captured.Epochs);
    }

    [Fact]
    public void Without_a_teacher_nothing_changes_and_nothing_more_is_logged()
    {
        var trained = Teachers.Train(Teachers.Plain(), teacher: null, Whole);
        Assert.All(trained.Epochs, epoch => Assert.Equal((null, null), (epoch.Task, epoch.Distill)));
    }

    [Fact]
    public void The_network_that_the_run_starts_from_may_be_its_teacher()
    {
        var start = Network.Initialize(Teachers.Plain(), seed: 2);
        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(
            start, TinyTask.Data, Whole with { Epochs = 2, BatchSize = 48 }, pruning: null, new() { Teacher = start })
        {
            Observer = observer,
        };
        using var result = trainer.Run();
        Assert.Equal(0, observer.Records[0].DistillLoss!.Value, 1e-6);
        Assert.True(observer.Records[1].DistillLoss > 1e-5);
    }

    [Fact]
    public void A_teacher_answers_as_its_network_does_in_evaluation()
    {
        using var network = Teachers.Wide();
        using var source = TinyTask.Train.Open(BatchLoaderOptions.Evaluation(20));
        using var batch = source.Epoch(0).First();
        using var teacher = new Teacher(network, TinyTask.Train, Device.Cpu);
        using var expected = network.Forward(batch.Images);
        foreach (var format in new[] { MemoryFormat.Contiguous, MemoryFormat.ChannelsLast })
        {
            using var actual = teacher.Outputs(batch, format)[0];
            Tensors.AssertClose(expected, actual, 1e-5);
            Assert.False(actual.RequiresGrad);
        }
    }

    [Fact]
    public void Images_are_normalized_anew_for_a_teacher_that_remembers_other_numbers()
    {
        Normalization own = new([0.45f], [0.27f]);
        using var network = Teachers.Wide();
        var remembering = new Network(
            network.Graph.WithNormalization(own.Mean, own.StandardDeviation), network.Parameters);
        using var source = TinyTask.Train.Open(BatchLoaderOptions.Evaluation(20));
        using var batch = source.Epoch(0).First();
        using var its = TinyTask.Train.With(own).Open(BatchLoaderOptions.Evaluation(20));
        using var itsBatch = its.Epoch(0).First();
        using var teacher = new Teacher(remembering, TinyTask.Train, Device.Cpu);
        using var expected = network.Forward(itsBatch.Images);
        using var actual = teacher.Outputs(batch, MemoryFormat.Contiguous)[0];
        Tensors.AssertClose(expected, actual, 1e-5);
        using var plain = new Teacher(network, TinyTask.Train, Device.Cpu);
        Assert.NotEqual(plain.Digest, teacher.Digest);
    }

    [Fact]
    public void Adam_an_average_and_clipping_work_with_a_teacher()
    {
        using var teacher = Teachers.Wide();
        var options = TinyTask.Options with
        {
            Optimizer = OptimizerKind.Adamw,
            LearningRate = 0.01,
            EmaDecay = 0.8,
            ClipGradientNorm = 0.5,
            Epochs = 6,
        };
        var trained = Teachers.Train(TinyTask.Network(), teacher, options, TinyTask.Pruning);
        Assert.True(trained.Epochs[^1].Distill < trained.Epochs[0].Distill);
    }

    private static double[] Doubles(Network network, string name) =>
        [.. network.Parameters[name].ToArray<float>().Select(value => (double)value)];

    private static (double[] Images, int[] Labels) AllImages()
    {
        using var source = TinyTask.Train.Open(BatchLoaderOptions.Evaluation(48));
        using var batch = source.Epoch(0).First();
        return (
            [.. batch.Images.ToArray<float>().Select(value => (double)value)],
            [.. batch.Labels.ToArray<long>().Select(label => (int)label)]);
    }

    private static double[] Logits(double[] weight, double[] bias, double[] x) =>
        [.. bias.Select((b, c) => b + x.Select((value, i) => value * weight[(c * 64) + i]).Sum())];

    private static double[] Softmax(double[] logits, double temperature)
    {
        var sum = logits.Sum(value => Math.Exp(value / temperature));
        return [.. logits.Select(value => Math.Exp(value / temperature) / sum)];
    }
}
