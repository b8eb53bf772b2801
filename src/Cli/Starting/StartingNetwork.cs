using Ocs.Cli.Configuration;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Zoo;

namespace Ocs.Cli.Starting;

/// <summary>The properties of a network that a configuration depends on.</summary>
/// <param name="Name">The network's name on the command line.</param>
/// <param name="IsTrained">Whether a file has its weights.</param>
/// <param name="IsTransformer">Whether it has attention, or layer norms as in transformers.</param>
/// <param name="Side">Height and width of its square images; null if they are not square.</param>
/// <param name="Length">Tokens in its sequences; 0 for images.</param>
/// <param name="Classes">Its classes; null if its outputs are something else.</param>
internal sealed record StartingNetwork(
    string Name, bool IsTrained, bool IsTransformer, int? Side, int Length, long? Classes)
{
    private const int UsualSide = 224;

    /// <summary>Reads the network of a file, or builds a zoo network, without weights.</summary>
    /// <exception cref="OcsInputException">
    /// There is no such network, its file cannot be read, or it is for another task.
    /// </exception>
    public static StartingNetwork Of(string model, TaskKind task)
    {
        if (!ModelSource.IsFile(model))
        {
            var entry = Models.Find(model);
            RequireTask(entry, task);
            return Of(entry.Name, Models.Build(entry.Name), isTrained: false) with { Length = entry.Input.Length };
        }

        using var network = Read(model);
        return Of(model, network.Graph, isTrained: true);
    }

    // An ONNX file may have a dynamic image size.
    private static Network Read(string model)
    {
        try
        {
            return ModelSource.ReadFile(model);
        }
        catch (OcsInputException) when (ModelSource.IsOnnx(model))
        {
            return ModelSource.ReadFile(model, 3, UsualSide, UsualSide);
        }
    }

    private static StartingNetwork Of(string name, Graph graph, bool isTrained) => new(
        name,
        isTrained,
        graph.Nodes.Any(node => node.Operator is ScaledDotProductAttention or LayerNorm),
        graph.InputNodes.First().Shape is [_, _, var height, var width] && height == width ? (int)height : null,
        0,
        Classifier.ClassesOf(graph));

    // Both enums have the same names.
    private static void RequireTask(Model model, TaskKind task)
    {
        var made = Choices.NameOf(model.Task);
        var wanted = Choices.NameOf(task);
        if (made != wanted)
        {
            var others = Models.All.Where(other => Choices.NameOf(other.Task) == wanted).Select(other => other.Name);
            throw new OcsInputException(
                $"{model.Name} is for {made}, but the data are for {wanted}; give another network, such as "
                + $"{string.Join(", ", others.Take(3))} (`ocs models` lists them).");
        }
    }
}
