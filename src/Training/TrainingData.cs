using Ocs.Data;
using Ocs.Graphs;

namespace Ocs.Training;

/// <summary>What a network is trained on and measured on.</summary>
public sealed record TrainingData(LabelledImages Train, LabelledImages Test, AugmentationOptions Augmentation)
{
    /// <summary>Throws a sentence where a network takes other images or tells other classes apart.</summary>
    internal void CheckFit(Graph graph)
    {
        if (graph.InputNodes.Skip(1).Any())
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' takes {graph.InputNodes.Count()} inputs, but {Train.Name} has images only; train one of one input.");
        }

        var input = graph.InputNodes.First().Shape;
        long[] image = [1, Train.Channels, Train.Height, Train.Width];
        if (!input.SequenceEqual(image))
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' takes inputs {NodeShapes.Show(input)}, but {Train.Name} has images {NodeShapes.Show([.. image])}; build the network for these images.");
        }

        var classes = graph.Nodes[graph.Outputs[0]].Shape[^1];
        if (classes != Train.ClassNames.Length)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' has {classes} classes, but {Train.Name} has {Train.ClassNames.Length}; give the right number of classes.");
        }
    }
}
