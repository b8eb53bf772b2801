using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Cli.Runs;

/// <summary>The samples of an experiment, and what a network for them looks like.</summary>
/// <param name="samples">Without a task.</param>
/// <param name="input">What a zoo network is built for.</param>
/// <param name="classes">How many classes it has, or how large its vocabulary is.</param>
internal sealed class ExperimentData(TrainingData samples, NetworkInput input, int classes) : IDisposable
{
    private ITask? _task;

    /// <summary>Makes the task for a network; null for images with a class each.</summary>
    public Func<Graph, ITask>? MakeTask { get; init; }

    /// <summary>The samples, without the task.</summary>
    public TrainingData Samples { get; } = samples;

    /// <summary>What a zoo network is built for.</summary>
    public NetworkInput Input { get; } = input;

    /// <summary>How many classes a network has, or how large its vocabulary is.</summary>
    public int Classes { get; } = classes;

    /// <summary>Samples to train on.</summary>
    public IDataset Train => Samples.Train;

    /// <summary>Samples to measure on.</summary>
    public IDataset Test => Samples.Test;

    /// <summary>Images with a class each; null if the samples are others.</summary>
    public LabelledImages? Images => Train as LabelledImages;

    /// <summary>Of each sample: C, H and W of images.</summary>
    public long[] Shape => [.. Train.InputShapes[0]];

    /// <summary>The classes of objects or of pixels; null if the samples are others.</summary>
    public ImmutableArray<string>? ClassNames =>
        (Train as DetectionDataset)?.ClassNames ?? (Train as MaskFolder)?.ClassNames;

    /// <summary>The numbers of a text's tokens; null if the samples are others.</summary>
    public TextVocabulary? Vocabulary => (Train as TextDataset)?.Vocabulary;

    /// <summary>The sources and remarks of what is read from folders, a sentence each.</summary>
    public ImmutableArray<string> Sentences => (Train, Test) switch
    {
        (ImageFolder train, ImageFolder test) =>
        [
            $"{train.Count:N0} images of {train.ClassNames.Length:N0} classes from {train.Source}; "
                + $"accuracy on {test.Count:N0} from {test.Source}.",
            .. train.Remarks,
            .. test.Remarks,
        ],
        (MaskFolder train, MaskFolder test) =>
        [
            $"{train.Count:N0} images with masks of {train.ClassNames.Length:N0} classes from {train.Source}; "
                + $"measured on {test.Count:N0} from {test.Source}.",
        ],
        (DetectionDataset train, DetectionDataset test) =>
        [
            $"{train.Count:N0} images with boxes of {train.ClassNames.Length:N0} classes; measured on {test.Count:N0}.",
            .. train.Remarks.Union(test.Remarks),
        ],
        (TextDataset train, TextDataset test) =>
        [
            $"{train.Count:N0} windows an epoch of {train.Tokens.Length:N0} tokens, {train.Vocabulary.Count} different "
                + $"ones; measured on {test.Count:N0} windows.",
        ],
        _ => [],
    };

    /// <summary>The samples and the task, as a trainer of a network takes them.</summary>
    public TrainingData For(Graph graph) => Samples with { Task = _task ??= MakeTask?.Invoke(graph) };

    /// <summary>A few samples to measure on, always the same ones.</summary>
    public IDataset SampleOfTest(int count) => Test switch
    {
        LabelledImages images => images.Sample(count, seed: 0),
        MaskFolder masks => masks.Sample(count, seed: 0),
        _ => Test,
    };

    public void Dispose() => (_task as IDisposable)?.Dispose();
}
