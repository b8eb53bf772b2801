using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>
/// The network that a cut is compared with if zeroing a channel is not the same as removing it. A layer norm of the cut
/// network takes its mean over the kept channels; in the full network zeroed channels would count too. So in the full
/// network such a node runs on the kept channels of its input, and gives zeros elsewhere.
/// </summary>
internal static class KeptStatistics
{
    /// <summary>Whether a node gives other values after a cut than with the pruned channels zeroed.</summary>
    public static bool IsChanged(CutPlan plan, int node) =>
        plan.Before.Nodes[node].Operator.ChangesWhenChannelsLeave
        && !plan.Before.Nodes[plan.Before.Nodes[node].Inputs[0]].Shape.SequenceEqual(
            plan.After.Nodes[plan.After.Nodes[node].Inputs[0]].Shape);

    /// <summary>
    /// The full network with such nodes restricted to kept channels, for inference only, and the names of these nodes.
    /// </summary>
    public static (Graph Graph, ImmutableArray<string> Names) Apply(
        CouplingGraph coupling, Subnetwork subnetwork, CutPlan plan)
    {
        var changed = Enumerable.Range(0, plan.Before.Nodes.Length).Where(index => IsChanged(plan, index)).ToList();
        var nodes = plan.Before.Nodes.ToBuilder();
        foreach (var index in changed)
        {
            var shapes = plan.Before.ShapesOf(index);
            int[]?[] Kept(ImmutableArray<long> shape, Func<int, Axis> axis, bool hasBatch) =>
                [
                    .. shape.Select((_, dimension) =>
                        hasBatch && dimension == 0 ? null : coupling.KeptOf(index, axis(dimension), subnetwork)),
                ];

            nodes[index] = nodes[index] with
            {
                Operator = new OnKeptChannels(
                    plan.After.Nodes[index].Operator,
                    [
                        .. shapes.Inputs.Select(
                            (shape, input) => Kept(shape, dimension => Axis.Input(input, dimension), hasBatch: true)),
                    ],
                    [
                        .. shapes.Parameters.Select(
                            (shape, p) => Kept(shape, dimension => Axis.Parameter(p, dimension), hasBatch: false)),
                    ],
                    Kept(shapes.Output, Axis.Output, hasBatch: true),
                    shapes.Output),
            };
        }

        return (
            plan.Before with { Nodes = nodes.ToImmutable() },
            [.. changed.Select(index => plan.Before.Nodes[index].Name)]);
    }

    private sealed record OnKeptChannels(
        Operator AfterCut,
        int[]?[][] Inputs,
        int[]?[][] Parameters,
        int[]?[] Kept,
        ImmutableArray<long> Shape) : Operator
    {
        public override ImmutableArray<long> InferShape(NodeShapes shapes) => Shape;

        public override Tensor Run(in RunContext context)
        {
            var inputs = Select(context.Inputs, Inputs);
            var parameters = Select(context.Parameters, Parameters);
            try
            {
                using var output = AfterCut.Run(new(inputs, parameters, context.Training, inPlace: false));
                return Coordinates.Expand(output, Kept, Shape);
            }
            finally
            {
                Array.ForEach(inputs, tensor => tensor.Dispose());
                Array.ForEach(parameters, tensor => tensor.Dispose());
            }
        }

        public override void Couple(ICoupling coupling) => throw new InvalidOperationException("Run only.");

        public override string ToString() => AfterCut.ToString();

        private static Tensor[] Select(ReadOnlySpan<Tensor> tensors, int[]?[][] kept)
        {
            var selected = new Tensor[tensors.Length];
            for (var i = 0; i < selected.Length; i++)
            {
                selected[i] = Coordinates.Select(tensors[i], kept[i]);
            }

            return selected;
        }
    }
}
