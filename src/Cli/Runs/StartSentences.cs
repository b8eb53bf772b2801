using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Graphs.Operators;

namespace Ocs.Cli.Runs;

/// <summary>What is said of a run as it begins.</summary>
internal static class StartSentences
{
    /// <summary>Says what is trained on, and what the network starts from.</summary>
    public static void Show(TrainingStart start, ExperimentData data, TrainingDisplay display)
    {
        foreach (var sentence in data.Sentences)
        {
            display.Message(sentence);
        }

        if (start.Source is { } source)
        {
            display.Message($"Starts from the weights of {source}: {start.Graph.Macs:N0} MACs.");
        }

        foreach (var remark in start.Remarks)
        {
            display.Message(remark);
        }

        if (start.Graph.Nodes[start.Graph.Outputs[0]].Operator is Softmax { Logarithm: false })
        {
            display.Message($"Warning: {start.Graph.Name} ends in a softmax, and the loss takes what is before it; "
                + "export it without one.");
        }
    }

    /// <summary>Says what the network learns from beside the data.</summary>
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
