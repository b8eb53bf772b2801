using System.Globalization;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Graphs.Operators;

namespace Ocs.Cli.Runs;

/// <summary>The sentences at the start of a run.</summary>
internal static class StartSentences
{
    /// <summary>Shows the data, and the initial weights of the network.</summary>
    public static void Show(
        TrainingStart start, ExperimentOptions options, ExperimentData data, TrainingDisplay display)
    {
        foreach (var sentence in data.Sentences)
        {
            display.Message(sentence);
        }

        if (start.Source is { } source)
        {
            // By default the learning rate is lower than without given weights.
            display.Message(string.Create(
                CultureInfo.InvariantCulture,
                $"Starts from the weights of {source}: {start.Graph.Macs:N0} MACs, learning rate "
                    + $"{options.Training.LearningRate}."));
        }

        foreach (var remark in start.Remarks)
        {
            display.Message(remark);
        }

        if (start.Graph.Nodes[start.Graph.Outputs[0]].Operator is Softmax { Logarithm: false })
        {
            display.Message($"Warning: {start.Graph.Name} ends in a softmax, but the loss needs its input; "
                + "export it without one.");
        }
    }

    /// <summary>Shows the teacher.</summary>
    public static void Show(TrainingTeacher? teacher, ExperimentOptions options, TrainingDisplay display)
    {
        if (teacher is null)
        {
            return;
        }

        display.Message(
            $"Learns from {teacher.Source}: {teacher.Network.Graph.Name}, {teacher.Network.Macs:N0} MACs, "
            + $"by {Choices.NameOf(options.Distill.Kind)}.");
        foreach (var remark in teacher.Remarks)
        {
            display.Message(remark);
        }
    }
}
