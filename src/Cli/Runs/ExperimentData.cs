using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Cli.Runs;

/// <summary>The samples of an experiment, and the input and classes of a network for them.</summary>
/// <param name="samples">The samples, without a task.</param>
/// <param name="input">The input of a zoo network.</param>
/// <param name="classes">The number of classes, or the size of the vocabulary.</param>
internal sealed class ExperimentData(TrainingData samples, NetworkInput input, int classes) : IDisposable
{
    private ITask? _task;

    /// <summary>Creates the task for a network; null for classification.</summary>
    public Func<Graph, ITask>? MakeTask { get; init; }

    /// <summary>The samples, without the task.</summary>
    public TrainingData Samples { get; } = samples;

    /// <summary>The input of a zoo network.</summary>
    public NetworkInput Input { get; } = input;

    /// <summary>The number of classes, or the size of the vocabulary.</summary>
    public int Classes { get; } = classes;

    /// <summary>The training samples.</summary>
    public IDataset Train => Samples.Train;

    /// <summary>The test samples.</summary>
    public IDataset Test => Samples.Test;

    /// <summary>The images of classification; null for other tasks.</summary>
    public LabelledImages? Images => Train as LabelledImages;

    /// <summary>The shape of a sample: [C, H, W] for images.</summary>
    public long[] Shape => [.. Train.InputShapes[0]];

    /// <summary>The classes of objects or of pixels; null for other tasks.</summary>
    public ImmutableArray<string>? ClassNames =>
        (Train as DetectionDataset)?.ClassNames ?? (Train as MaskFolder)?.ClassNames;

    /// <summary>The vocabulary of a text; null for other tasks.</summary>
    public TextVocabulary? Vocabulary => (Train as TextDataset)?.Vocabulary;

    /// <summary>The sources of folders, and remarks about them, one sentence each.</summary>
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

    /// <summary>The samples and the task for a network.</summary>
    public TrainingData For(Graph graph) => Samples with { Task = _task ??= MakeTask?.Invoke(graph) };

    /// <summary>A few test samples, always the same ones.</summary>
    public IDataset SampleOfTest(int count) => Test switch
    {
        LabelledImages images => images.Sample(count, seed: 0),
        MaskFolder masks => masks.Sample(count, seed: 0),
        _ => Test,
    };

    public void Dispose() => (_task as IDisposable)?.Dispose();
}
