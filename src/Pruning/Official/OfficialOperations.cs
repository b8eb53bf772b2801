using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Official;

/// <summary>
/// The operation count of the authors' program: convolutions and linear layers with their biases, two operations for
/// each element that is normalised, one for each element that is activated or pooled. Activations and pooling that a
/// network calls as functions, not as modules, do not count (<see cref="Node.IsFunction"/>).
/// </summary>
internal static class OfficialOperations
{
    public static ResourceConstraint Constraint(CouplingGraph coupling) =>
        ResourceConstraint.Of("operations", coupling, node => Terms(coupling.Graph, node));

    private static IEnumerable<MacsTerm> Terms(Graph graph, int index)
    {
        var node = graph.Nodes[index];
        var shapes = graph.ShapesOf(index);
        foreach (var macs in node.Operator.Macs(shapes))
        {
            yield return macs;
        }

        var rows = Axis.Parameter(0, 0);
        switch (node.Operator)
        {
            case Conv2d when node.Parameters.Length == 2:
                yield return new(Positions(node.Shape), [rows]);
                break;
            case Linear when node.Parameters.Length == 2:
                yield return new(1, [rows]);
                break;
            case BatchNorm2d:
                yield return new(2 * Positions(node.Shape), [rows]);
                break;
            case Activation activation when IsCounted(activation.Kind) && !node.IsFunction:
                yield return new(Positions(node.Shape), [Axis.Output(1)]);
                break;
            case MaxPool2d or AveragePool2d or AdaptiveAveragePool2d when !node.IsFunction:
                yield return new(Positions(shapes.Inputs[0]), [Axis.Input(0, 1)]);
                break;
        }
    }

    private static bool IsCounted(ActivationKind kind) => kind is ActivationKind.Relu or ActivationKind.Relu6
        or ActivationKind.LeakyRelu or ActivationKind.Elu or ActivationKind.Gelu;

    private static long Positions(IReadOnlyList<long> shape) => NodeShapes.ElementCount(shape.Skip(2));
}
