using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;

namespace Ocs.Training;

/// <summary>The data that a network is trained and evaluated on, and its task.</summary>
/// <param name="Train">Samples to train on.</param>
/// <param name="Test">Samples for validation.</param>
/// <param name="Augmentation">The augmentation of images in training. Data sets of other samples ignore it.</param>
public sealed record TrainingData(IDataset Train, IDataset Test, AugmentationOptions Augmentation)
{
    /// <summary>The same without augmentation.</summary>
    public TrainingData(IDataset train, IDataset test)
        : this(train, test, AugmentationOptions.Evaluation)
    {
    }

    /// <summary>The task.</summary>
    /// <value>
    /// Null: classification of images, or the prediction of the next token of a text, with
    /// <see cref="TrainingOptions.LabelSmoothing"/>.
    /// </value>
    public ITask? Task { get; init; }

    /// <summary>The task of a run.</summary>
    /// <exception cref="OcsInputException">
    /// The data need a task, or label smoothing is combined with a task of your own.
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

    /// <summary>The network with the normalization of the images, which is stored in its file.</summary>
    internal Graph Prepared(Graph graph) => Train is INormalizedImages { Normalization: var normalization }
        ? graph.WithNormalization(normalization.Mean, normalization.StandardDeviation)
        : graph;

    /// <summary>Throws if the inputs of the network do not match the data, or the task does not fit them.</summary>
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
