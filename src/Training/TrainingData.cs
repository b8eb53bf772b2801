using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;

namespace Ocs.Training;

/// <summary>What a network is trained on and measured on, and for what task.</summary>
/// <param name="Train">Samples to train on.</param>
/// <param name="Test">Samples to measure on.</param>
/// <param name="Augmentation">
/// What happens to each image in training; data sets of other things take no notice of it.
/// </param>
public sealed record TrainingData(IDataset Train, IDataset Test, AugmentationOptions Augmentation)
{
    /// <summary>The same without augmentation.</summary>
    public TrainingData(IDataset train, IDataset test)
        : this(train, test, AugmentationOptions.Evaluation)
    {
    }

    /// <summary>What the network is trained for.</summary>
    /// <value>
    /// Null: to tell the classes of the images apart, or to predict the next token of a text, with
    /// <see cref="TrainingOptions.LabelSmoothing"/>.
    /// </value>
    public ITask? Task { get; init; }

    /// <summary>The task of a run.</summary>
    /// <exception cref="OcsInputException">
    /// There is none, or label smoothing is wanted of one that is given.
    /// </exception>
    internal ITask TaskFor(TrainingOptions options)
    {
        if (Task is null)
        {
            return Train switch
            {
                LabelledImages images =>
                    new Classification(images.ClassNames) { LabelSmoothing = options.LabelSmoothing },
                TextDataset text => new NextToken(text.Vocabulary) { LabelSmoothing = options.LabelSmoothing },
                _ => throw new OcsInputException(
                    $"{Train.Name} holds no images with classes, so the task has to be given: "
                    + $"set `{nameof(TrainingData)}.{nameof(Task)}`."),
            };
        }

        return options.LabelSmoothing == 0 ? Task : throw new OcsInputException(
            $"`{nameof(options.LabelSmoothing)}` is for the task that is chosen by the data; "
            + "give it to the task itself.");
    }

    /// <summary>The network with the normalization of the images, which its file remembers.</summary>
    internal Graph Prepared(Graph graph) => Train is INormalizedImages { Normalization: var normalization }
        ? graph.WithNormalization(normalization.Mean, normalization.StandardDeviation)
        : graph;

    /// <summary>
    /// Throws a sentence where a network takes other inputs than the data have, or the task does not fit them.
    /// </summary>
    internal void CheckFit(Graph graph, ITask task)
    {
        var inputs = graph.InputNodes.Select(node => node.Shape).ToList();
        if (inputs.Count != Train.InputShapes.Length)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' takes {inputs.Count} inputs, but samples of {Train.Name} have "
                + $"{Train.InputShapes.Length}; give a tensor for each input.");
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            if (!inputs[i].AsSpan()[1..].SequenceEqual(Train.InputShapes[i].AsSpan()))
            {
                throw new OcsInputException(
                    $"Network '{graph.Name}' takes inputs {NodeShapes.Show(inputs[i])}, but {Train.Name} has "
                    + $"{(Train is LabelledImages ? "images" : "samples")} "
                    + $"{NodeShapes.Show([1, .. Train.InputShapes[i]])}; "
                    + $"build the network for {(Train is LabelledImages ? "these images" : "these samples")}.");
            }
        }

        task.Check(graph, Train);
    }
}
