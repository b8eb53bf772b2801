using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Training.Optimizers;
using Ocs.Training.Runs;

namespace Ocs.Training.Tests;

/// <summary>A small transformer with dropout learns a text, is cut, and goes on from any step.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class TextTrainingTests : IDisposable
{
    private const int Length = 8;
    private const string Rhyme = "row, row, row your boat, gently down the stream. ";

    private readonly TemporaryFolder _folder = new();

    private static TrainingOptions Options { get; } = new()
    {
        Epochs = 6,
        BatchSize = 16,
        Optimizer = OptimizerKind.Adamw,
        LearningRate = 0.01,
        MinimumLearningRate = 0.001,
        WarmupSteps = 5,
        DecayNormsAndBiases = false,
        ClipGradientNorm = 1,
        Layout = LayoutChoice.Contiguous,
        Seed = 2,
    };

    private static OneCycleOptions Pruning { get; } =
        OneCycleOptions.Auto with { Resource = Resource.Parameters, Target = 0.5, LatestCutEpoch = 3 };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_rhyme_is_learnt_with_half_of_the_parameters()
    {
        var (graph, data) = Begin();
        using var trainer = new OneCycleTrainer(graph, data, Options with { Epochs = 12 }, Pruning);
        using var result = trainer.Run();

        Assert.True(result.Gate!.Passed);
        Assert.InRange(result.Network.ParameterCount, 0.4 * graph.ParameterCount, 0.51 * graph.ParameterCount);

        // The letters' frequencies alone give a perplexity of 15.
        var evaluation = result.Evaluation!;
        Assert.InRange(evaluation["perplexity"]!.Value, 1, 3);
        Assert.Equal(Math.Exp(evaluation.Loss), evaluation["perplexity"]!.Value, 1e-9);
        Assert.Equal(evaluation.Loss / Math.Log(2), evaluation["bits-per-character"]!.Value, 1e-9);
        Assert.InRange(evaluation["token-accuracy"]!.Value, 0.6, 1);
        Assert.Null(result.Problem);
        Assert.True(result.Best <= evaluation.Headline);
    }

    [Fact]
    public void A_rhyme_is_learnt_from_the_words_of_a_teacher_alone()
    {
        var (graph, data) = Begin();
        var options = Options with { Epochs = 12 };
        using var teacher = new OneCycleTrainer(graph, data, options, pruning: null);
        using var taught = teacher.Run();
        var only = options with { Seed = 3, Distillation = new() { Weight = 1 } };
        using var trainer = new OneCycleTrainer(graph, data, only, Pruning, new() { Teacher = taught.Network });
        using var result = trainer.Run();

        // The most frequent token is a fifth of the text.
        Assert.InRange(result.Evaluation!["token-accuracy"]!.Value, 0.45, 1);
    }

    [Fact]
    public void A_run_that_is_stopped_goes_on_to_the_same_files()
    {
        var (graph, data) = Begin();
        // Whether widths are padded is decided by time, so it may differ between two runs.
        var options = Options with { StochasticDepth = 0.1, LayerDecay = 0.9, Padding = PaddingChoice.Never };
        using (var run = TrainingRun.Begin(_folder.PathOf("whole"), graph, data, options, Pruning))
        {
            run.Execute().Dispose();
        }

        foreach (var step in new[] { 3, 20, 29 })
        {
            var folder = _folder.PathOf($"stopped{step}");
            using var observer = new RecordingObserver { StopAfter = step };
            using (var run = TrainingRun.Begin(folder, graph, data, options, Pruning, observer: observer))
            {
                using var stopped = run.Execute(cancellationToken: observer.Stop);
                Assert.True(stopped.Stopped);
            }

            using (var run = TrainingRun.Resume(folder, data, options, Pruning))
            {
                run.Execute().Dispose();
            }

            string[] files =
                [RunDirectory.ModelName, RunDirectory.BestName, RunDirectory.WeightsName, RunDirectory.OnnxName];
            foreach (var file in files)
            {
                Assert.Equal(Bytes("whole", file), Bytes($"stopped{step}", file));
            }
        }

        using var network = Network.Load(Path.Combine(_folder.PathOf("whole"), RunDirectory.OnnxName));
        Assert.Equal([1L, Length], network.Graph.InputNodes.Single().Shape.ToArray());
    }

    [Fact]
    public void Label_smoothing_is_for_the_task_that_the_text_chooses()
    {
        var (_, data) = Begin();
        var task = (Tasks.NextToken)data.TaskFor(Options with { LabelSmoothing = 0.1 });
        Assert.Equal(0.1, task.LabelSmoothing);
        Assert.Equal("perplexity", data.TaskFor(Options).Metrics[0].Name);
    }

    private byte[] Bytes(string run, string file) => File.ReadAllBytes(Path.Combine(_folder.PathOf(run), file));

    private (Graph Graph, TrainingData Data) Begin()
    {
        var text = string.Concat(Enumerable.Repeat(Rhyme, 20));
        var corpus = TextCorpus.Read(_folder.Write("rhyme.txt", text), new() { Length = Length, WindowsPerEpoch = 96 });
        var g = new GraphBuilder("reader");
        var x = g.Embedding("words", g.Input("input", Length), corpus.Vocabulary.Count, 16, Initialization.Normal(0.1));
        x = g.Add("sum", x, g.Parameter("positions", [Length, 16], Initialization.Normal(0.1), addsBatch: true));
        for (var layer = 0; layer < 2; layer++)
        {
            var packed = g.Linear($"{layer}.packed", g.LayerNorm($"{layer}.norm1", x), 48);
            var y = g.PackedAttention($"{layer}", packed, 4, $"{layer}.project", isCausal: true, dropout: 0.05);
            x = g.Add($"{layer}.sum", g.Dropout($"{layer}.drop", y, 0.05), x);
            y = g.Linear($"{layer}.mlp", g.LayerNorm($"{layer}.norm2", x), 64);
            y = g.Activation($"{layer}.gelu", y, Graphs.Operators.ActivationKind.Gelu);
            x = g.Add($"{layer}.mlp.sum", g.Linear($"{layer}.mlp.project", y, 16), x);
        }

        var graph = g.Build(g.Linear("head", g.LayerNorm("norm", x), corpus.Vocabulary.Count));
        return (graph, new(corpus.Train, corpus.Validation));
    }
}
