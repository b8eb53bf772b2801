using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Cli.Runs;

/// <summary>The samples of an experiment, and what a network for them looks like.</summary>
/// <param name="ForTraining">The samples and the task, as a trainer takes them.</param>
/// <param name="Input">What a zoo network is built for.</param>
/// <param name="Classes">How many classes it has.</param>
internal sealed record ExperimentData(TrainingData ForTraining, NetworkInput Input, int Classes)
{
    /// <summary>Samples to train on.</summary>
    public IDataset Train => ForTraining.Train;

    /// <summary>Samples to measure on.</summary>
    public IDataset Test => ForTraining.Test;

    /// <summary>Images with a class each; null where the samples are others.</summary>
    public LabelledImages? Images => Train as LabelledImages;

    /// <summary>Of each sample, C, H and W.</summary>
    public long[] Shape => [.. Train.InputShapes[0]];

    /// <summary>A few samples to measure on, always the same ones.</summary>
    public IDataset SampleOfTest(int count) => Test switch
    {
        LabelledImages images => images.Sample(count, seed: 0),
        MaskFolder masks => masks.Sample(count, seed: 0),
        _ => Test,
    };

    /// <summary>The remarks and sources of what is read from folders, a sentence each.</summary>
    public ImmutableArray<string> Sentences => this switch
    {
        { Train: ImageFolder train, Test: ImageFolder test } =>
        [
            $"{train.Count:N0} images of {train.ClassNames.Length:N0} classes from {train.Source}; "
                + $"accuracy on {test.Count:N0} from {test.Source}.",
            .. train.Remarks,
            .. test.Remarks,
        ],
        { Train: MaskFolder train, Test: MaskFolder test } =>
        [
            $"{train.Count:N0} images with masks of {train.ClassNames.Length:N0} classes from {train.Source}; "
                + $"measured on {test.Count:N0} from {test.Source}.",
        ],
        _ => [],
    };
}
