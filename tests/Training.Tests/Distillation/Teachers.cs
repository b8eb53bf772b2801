using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Distillation;
using Ocs.Training.Steps;

namespace Ocs.Training.Tests.Distillation;

/// <summary>Networks to learn from, and short trainings with them.</summary>
internal static class Teachers
{
    /// <summary>Wider than the student, with statistics that are not those of a new norm.</summary>
    public static Network Wide(ulong seed = 11)
    {
        var g = new GraphBuilder("wide");
        var x = g.Input("input", 1, 8, 8);
        x = g.Relu("relu1", g.BatchNorm2d("bn1", g.Conv2d("conv1", x, 24, kernel: 3, padding: 1)));
        x = g.Relu("relu2", g.BatchNorm2d("bn2", g.Conv2d("conv2", x, 24, kernel: 3, padding: 1)));
        x = g.Dropout("dropout", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), 0.5);
        var network = Network.Initialize(g.Build(g.Linear("fc", x, TinyTask.Classes)), seed);
        using var generator = new Generator(seed);
        foreach (var name in new[] { "bn1", "bn2" })
        {
            Aten.NormalInPlace(network.Parameters[$"{name}.running_mean"], 0.2, 0.1, generator);
            Aten.UniformInPlace(network.Parameters[$"{name}.running_var"], 0.5, 1.5, generator);
        }

        return network;
    }

    /// <summary>The same, with what it has learnt in some epochs of the task.</summary>
    public static Network Skilled()
    {
        using var trainer = new OneCycleTrainer(Wide(), TinyTask.Data, TinyTask.Options with { Epochs = 12 });
        using var result = trainer.Run();
        return new(result.Graph, result.Parameters.Clone(result.Graph));
    }

    /// <summary>All pixels to the classes.</summary>
    public static Graph Linear()
    {
        var g = new GraphBuilder("linear");
        return g.Build(g.Linear("fc", g.Flatten("flatten", g.Input("input", 1, 8, 8)), TinyTask.Classes));
    }

    /// <summary>One convolution without a norm.</summary>
    public static Graph Plain()
    {
        var g = new GraphBuilder("plain");
        var x = g.Relu("relu1", g.Conv2d("conv1", g.Input("input", 1, 8, 8), 8, kernel: 3, padding: 1, bias: true));
        return g.Build(g.Linear("fc", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), TinyTask.Classes));
    }

    /// <summary>Trains with a teacher, and gives what came out.</summary>
    public static Trained Train(
        Graph graph, Network? teacher, TrainingOptions options, Pruning.OneCycleOptions? pruning = null,
        ProcessGroup? group = null, Func<ITrainingStep>? steps = null)
    {
        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(
            graph, TinyTask.Data, options, pruning, new() { Teacher = teacher, Group = group, Steps = steps })
        {
            Observer = observer,
        };
        using var result = trainer.Run();
        return new(
            result.Parameters.Trainable.ToDictionary(name => name, name => result.Parameters[name].ToArray<float>()),
            [.. observer.Steps.Select(step => step.Loss)],
            [.. observer.Records.Select(record => (record.TrainLoss, record.TaskLoss, record.DistillLoss))],
            result.CutEpoch);
    }

    /// <summary>Options with a teacher's.</summary>
    public static TrainingOptions With(this TrainingOptions options, DistillationOptions distillation) =>
        options with { Distillation = distillation };

    internal sealed record Trained(
        Dictionary<string, float[]> Weights, double[] Losses,
        (double Total, double? Task, double? Distill)[] Epochs, int? CutEpoch);
}
