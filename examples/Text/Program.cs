using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;
using Ocs.Zoo;

// A small GPT learns the characters of a text, such as tiny Shakespeare, and is cut to half of its parameters in the
// same training: Text FILE [EPOCHS] [dense]. The recipe is nanoGPT's for a CPU: 2,000 steps of 12 windows.
var epochs = args.Length > 1 ? int.Parse(args[1]) : 20;
var corpus = TextCorpus.Read(args[0], new() { Length = 64, WindowsPerEpoch = 1200 });
var graph = Models.Build("gpt_nano", NetworkInput.Sequence(64), corpus.Vocabulary.Count);
var training = new TrainingOptions
{
    Epochs = epochs,
    BatchSize = 12,
    Optimizer = OptimizerKind.Adamw,
    LearningRate = 1e-3,
    MinimumLearningRate = 1e-4,
    Schedule = ScheduleKind.Cosine,
    WarmupSteps = 100,
    Beta2 = 0.99,
    WeightDecay = 0.1,
    DecayNormsAndBiases = false,
    ClipGradientNorm = 1,
};
var pruning = args.Contains("dense") ? null
    : OneCycleOptions.Auto with { Resource = Resource.Parameters, Target = 0.5 };
var data = new TrainingData(corpus.Train, corpus.Validation);
using var trainer = new OneCycleTrainer(graph, data, training, pruning) { Observer = new Progress() };
using var result = trainer.Run();
result.Network.Save("gpt.onnx");
corpus.Vocabulary.Save("gpt.vocabulary.json");
Console.WriteLine(
    $"{graph.ParameterCount:N0} -> {result.Network.ParameterCount:N0} parameters, "
    + $"{result.Evaluation!.Loss:0.000} nats, perplexity {result.Evaluation["perplexity"]:0.00}, "
    + $"gate passed: {result.Gate?.Passed}");
Console.WriteLine(Sample(result.Network, corpus.Vocabulary, "\n", characters: 500));

// Draws characters one by one from the network's probabilities. If the context is full, its second half is kept.
static string Sample(Network network, TextVocabulary vocabulary, string start, int characters)
{
    using var generator = new Generator(seed: 1);
    using var text = new IncrementalExecutor(network.Graph, network.Parameters);
    List<int> tokens = [.. vocabulary.Encode(start)];
    int[] next = [.. tokens];
    while (tokens.Count < characters)
    {
        if (text.Count + next.Length > text.Limit)
        {
            text.Reset();
            next = [.. tokens[^(text.Limit / 2)..]];
        }

        using var input = Tensor.FromArray(Array.ConvertAll(next, token => (long)token), [1, next.Length]);
        using var logits = text.Append(input);
        using var last = Aten.Select(logits, 1, next.Length - 1);
        using var probabilities = Aten.Softmax(last, 1);
        using var drawn = Aten.Call("aten::multinomial", "", probabilities, 1L, false, generator)[0];
        next = [(int)drawn.Item<long>()];
        tokens.AddRange(next);
    }

    return vocabulary.Decode(tokens);
}

// One line per epoch.
internal sealed class Progress : ITrainingObserver
{
    public void EpochDone(RunRecord record) => Console.WriteLine(
        $"epoch {record.Epoch}: {record.Macs:N0} MACs, loss {record.TrainLoss:0.000}, "
        + $"validation {record.ValLoss:0.000}");

    public void Message(string sentence) => Console.WriteLine(sentence);
}
