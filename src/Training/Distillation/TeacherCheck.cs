using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Tasks;

namespace Ocs.Training.Distillation;

/// <summary>Checks before the training whether a network can learn a task from a teacher.</summary>
internal static class TeacherCheck
{
    /// <summary>Throws if it cannot, or if options are given without a teacher.</summary>
    /// <param name="options">The options.</param>
    /// <param name="teacher">The teacher; null for none.</param>
    /// <param name="graph">The network.</param>
    /// <param name="task">The task.</param>
    /// <exception cref="OcsInputException">It cannot.</exception>
    public static void Require(DistillationOptions options, Graph? teacher, Graph graph, ITask task)
    {
        if (teacher is null)
        {
            if (options != new DistillationOptions())
            {
                throw new OcsInputException(
                    $"`{nameof(TrainingOptions.Distillation)}` says how to learn from a teacher, but there is none; "
                    + $"give one (`{nameof(TrainerSetup)}.{nameof(TrainerSetup.Teacher)}`), or leave it out.");
            }

            return;
        }

        var (taken, wanted) = (Shapes(teacher.InputNodes), Shapes(graph.InputNodes));
        if (taken != wanted)
        {
            throw new OcsInputException(
                $"The teacher '{teacher.Name}' takes inputs {taken}, but network '{graph.Name}' takes {wanted}; "
                + "give a teacher for the same inputs.");
        }

        var (given, needed) = (Shapes(OutputsOf(teacher)), Shapes(OutputsOf(graph)));
        if (given != needed)
        {
            throw new OcsInputException(
                $"The teacher '{teacher.Name}' has outputs {given}, but network '{graph.Name}' has {needed}; "
                + "give a teacher for the same task.");
        }

        RequireActivations(options.Kind, teacher, task);
    }

    private static void RequireActivations(DistillationKind kind, Graph teacher, ITask task)
    {
        var outputs = OutputsOf(teacher).ToList();
        List<OutputActivation> activations = [.. outputs.Select((_, index) => task.ActivationOf(index))];
        if (activations.All(activation => activation == OutputActivation.None))
        {
            throw new OcsInputException(
                $"The task {task.Name} does not say what its outputs are, so nothing can be learnt from a teacher; "
                + $"let it say so (`{nameof(ITask)}.{nameof(ITask.ActivationOf)}`), or leave the teacher out.");
        }

        for (var index = 0; index < outputs.Count; index++)
        {
            RequireActivation(kind, index, outputs[index], activations[index], task);
        }
    }

    private static void RequireActivation(
        DistillationKind kind, int index, Node output, OutputActivation activation, ITask task)
    {
        var isDecoupled = kind == DistillationKind.Dkd;
        if (isDecoupled && activation is not (OutputActivation.Softmax or OutputActivation.None))
        {
            throw new OcsInputException(
                $"`{nameof(DistillationKind)}.{nameof(DistillationKind.Dkd)}` is for one class for each sample, but "
                + $"output {index} of {task.Name} is something else; "
                + $"choose `{nameof(DistillationKind)}.{nameof(DistillationKind.Kd)}`.");
        }

        var classes = activation switch
        {
            OutputActivation.Softmax => output.Shape.ElementAtOrDefault(1),
            OutputActivation.SoftmaxOverLast => output.Shape[^1],
            _ => 2,
        };
        if (classes < 2)
        {
            throw new OcsInputException(
                $"Output {index} of the network is {NodeShapes.Show(output.Shape)}, which are not logits of two "
                + "classes or more, so nothing can be learnt from a teacher; leave the teacher out.");
        }

        if ((activation, output.Operator) is
            (OutputActivation.Softmax or OutputActivation.SoftmaxOverLast, Softmax { Logarithm: false })
            or (OutputActivation.Sigmoid, Activation { Kind: ActivationKind.Sigmoid }))
        {
            throw new OcsInputException(
                $"The teacher ends in a {(output.Operator is Softmax ? "softmax" : "sigmoid")} ('{output.Name}'), but "
                + "what is compared are the values before it; export the teacher without one.");
        }
    }

    // As an executor returns them: each once.
    private static IEnumerable<Node> OutputsOf(Graph graph) =>
        graph.Outputs.Distinct().Select(output => graph.Nodes[output]);

    private static string Shapes(IEnumerable<Node> nodes) =>
        string.Join(", ", nodes.Select(node => NodeShapes.Show(node.Shape)));
}
