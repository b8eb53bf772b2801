using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Distillation;

namespace Ocs.Training.Tests.Distillation;

/// <summary>Other tasks than one class for each sample, and what can't be learnt from a teacher.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class TeacherCheckTests
{
    private static readonly TrainingOptions Options = TinyTask.Options with { Epochs = 2 };

    [Fact]
    public void Several_labels_are_learnt_by_their_sigmoids()
    {
        using var samples = Labels(32);
        var task = new MultiLabelClassification(["a", "b", "c"]);
        var (record, expected) = OneStep(samples, task, (student, taught) =>
        {
            var (p, q) = (1 / (1 + Math.Exp(-taught / 4)), 1 / (1 + Math.Exp(-student / 4)));
            return 16 * ((p * Math.Log(p / q)) + ((1 - p) * Math.Log((1 - p) / (1 - q))));
        });
        Assert.Equal(expected, record, 1e-5);
    }

    [Fact]
    public void Numbers_are_learnt_by_their_squared_distance()
    {
        using var samples = Labels(32);
        var (record, expected) = OneStep(
            samples, new Regression(), (student, taught) => (student - taught) * (student - taught));
        Assert.Equal(expected, record, 1e-5);
    }

    [Fact]
    public void Of_several_outputs_those_count_that_the_task_knows()
    {
        using var inputs = Random([32, 6], 1);
        using var classes = Tensor.FromArray([.. Enumerable.Range(0, 32).Select(i => (long)i % 3)], [32]);
        using var numbers = Random([32, 2], 2);
        using var samples = new TensorDataset("two", [inputs.Clone()], [classes.Clone(), numbers.Clone()]);
        var g = new GraphBuilder("two");
        var x = g.Relu("relu", g.Linear("hidden", g.Input("x", 6), 8));
        var graph = g.Build(g.Linear("classes", x, 3), g.Linear("numbers", x, 2));
        using var teacher = Network.Initialize(graph, seed: 4);
        OutputActivation[] known = [OutputActivation.Softmax, OutputActivation.Identity];
        double[] both = [Loss(known), Loss([known[0]]), Loss([OutputActivation.None, known[1]])];
        Assert.Equal(both[0], both[1] + both[2], 1e-5);
        Assert.True(both[1] > 0.001 && both[2] > 0.001);

        double Loss(OutputActivation[] activations)
        {
            var task = new CustomTask("two outputs", (outputs, batch) =>
            {
                using var first = Aten.CrossEntropy(outputs[0], batch.Targets[0]);
                using var difference = Aten.Sub(outputs[1], batch.Targets[1]);
                using var squares = Aten.Square(difference);
                using var second = Aten.Mean(squares);
                return Aten.Add(first, second);
            })
            {
                Activations = [.. activations],
            };
            return Train(graph, teacher, samples, task, new());
        }
    }

    [Fact]
    public void What_cannot_be_learnt_is_told_in_one_sentence()
    {
        using var samples = Labels(16);
        var graph = Graph(6, 3);
        using var teacher = Network.Initialize(graph, 1);
        using var wide = Network.Initialize(Graph(7, 3), 1);
        using var more = Network.Initialize(Graph(6, 4), 1);
        using var probable = Network.Initialize(Graph(6, 3, softmax: true), 1);
        var custom = new CustomTask("ranking", (outputs, _) => Aten.Mean(outputs[0]));
        var softmax = new CustomTask("softmax", (outputs, _) => Aten.Mean(outputs[0]))
        {
            Activations = [OutputActivation.Softmax],
        };
        var dkd = new DistillationOptions { Kind = DistillationKind.Dkd };
        (string Said, Network? Teacher, ITask Task, DistillationOptions Options)[] cases =
        [
            (
                "The teacher 'net' takes inputs [1, 7], but network 'net' takes [1, 6]; "
                + "give a teacher for the same inputs.", wide, new Regression(), new()),
            (
                "The teacher 'net' has outputs [1, 4], but network 'net' has [1, 3]; "
                + "give a teacher for the same task.", more, new Regression(), new()),
            (
                "The task ranking does not say what its outputs are, so nothing can be learnt from a teacher; "
                + "let it say so (`ITask.ActivationOf`), or leave the teacher out.", teacher, custom, new()),
            (
                "`DistillationKind.Dkd` is for one class for each sample, but output 0 of regression is something "
                + "else; choose `DistillationKind.Kd`.", teacher, new Regression(), dkd),
            (
                "The teacher ends in a softmax ('probabilities'), but what is compared are the values before it; "
                + "export the teacher without one.", probable, softmax, new()),
            (
                "`DistillationKind.Dkd` compares output 0 for the right classes, but target 0 of the batch has no "
                + "class number (int64) for each sample; give one, or choose `DistillationKind.Kd`.",
                teacher, softmax, dkd),
            (
                "`Distillation` says how to learn from a teacher, but there is none; give one "
                + "(`TrainerSetup.Teacher`), or leave it out.", null, new Regression(), dkd),
        ];
        foreach (var (said, teacherOf, task, distillation) in cases)
        {
            var error = Assert.Throws<OcsInputException>(
                () => Train(graph, teacherOf, samples, task, distillation));
            Assert.Equal(said, error.Message);
        }
    }

    [Fact]
    public void Options_out_of_range_are_named_together()
    {
        var error = Assert.Throws<OcsInputException>(() => Options.With(
            new() { Weight = 1.5, Temperature = 0, Alpha = 0, Beta = 0, WarmupEpochs = 2 }).Validate());
        Assert.Equal(
            "Training options: the `Weight` of distillation must lie in (0, 1], but is 1.5; the `Temperature` of "
            + "distillation must be above 0, but is 0; `Alpha` and `Beta` of distillation must not be negative, and "
            + "not both 0, but are 0 and 0; the `WarmupEpochs` of distillation must lie in [0, epochs), but are 2.",
            error.Message);
    }

    // The teacher's term of a step over all samples, and what the formula in float64 says, in the mean over all values.
    private static (double Logged, double Formula) OneStep(
        TensorDataset samples, ITask task, Func<double, double, double> formula)
    {
        var graph = Graph(6, 3);
        using var teacher = Network.Initialize(graph, seed: 8);
        using var student = Network.Initialize(graph, TinyTask.Options.Seed);
        using var source = samples.Open(BatchLoaderOptions.Evaluation(32));
        using var batch = source.Epoch(0).First();
        using var own = student.Forward(batch.Inputs[0]);
        using var taught = teacher.Forward(batch.Inputs[0]);
        var expected = own.ToArray<float>().Zip(taught.ToArray<float>(), (x, y) => formula(x, y)).Average();
        return (
            Train(new Network(graph, student.Parameters.Clone(graph)), teacher, samples, task, new()), expected);
    }

    private static double Train(
        Graph graph, Network? teacher, TensorDataset samples, ITask task, DistillationOptions distillation) =>
        Train(Network.Initialize(graph, seed: 3), teacher, samples, task, distillation);

    private static double Train(
        Network network, Network? teacher, TensorDataset samples, ITask task, DistillationOptions distillation)
    {
        using var observer = new RecordingObserver();
        try
        {
            using var trainer = new OneCycleTrainer(
                network, new(samples, samples) { Task = task },
                (Options with { Epochs = 1, BatchSize = samples.Count }).With(distillation), pruning: null,
                new() { Teacher = teacher })
            {
                Observer = observer,
            };
            using var result = trainer.Run();
            return observer.Records[0].DistillLoss!.Value;
        }
        finally
        {
            network.Dispose();
        }
    }

    private static Graph Graph(int inputs, int outputs, bool softmax = false)
    {
        var g = new GraphBuilder("net");
        var x = g.Linear("out", g.Relu("relu", g.Linear("hidden", g.Input("x", inputs), 8)), outputs);
        return g.Build(softmax ? g.Softmax("probabilities", x, 1) : x);
    }

    private static TensorDataset Labels(int count)
    {
        var targets = Tensor.FromArray<float>(
            [.. Enumerable.Range(0, count * 3).Select(i => i % 2 == 0 ? 1f : 0)], [count, 3]);
        return new("labels", [Random([count, 6], 1)], [targets]);
    }

    private static Tensor Random(long[] shape, ulong seed)
    {
        using var generator = new Generator(seed);
        var tensor = Tensor.Empty(shape);
        Aten.NormalInPlace(tensor, 0, 1, generator);
        return tensor;
    }
}
