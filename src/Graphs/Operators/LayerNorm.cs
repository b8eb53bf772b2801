using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Layer normalisation over the last dimensions (Ba et al. 2016, arXiv 1607.06450), one of them by default: [..., C].
/// Parameters: none, or weight and bias of the normalised dimensions' shape.
/// </summary>
public sealed record LayerNorm(double Epsilon, int Dimensions = 1) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, 0, 2);
        var input = shapes.Inputs[0];
        if (Dimensions < 1 || Dimensions >= input.Length)
        {
            throw shapes.Error($"the last {Dimensions} dimensions of {NodeShapes.Show(input)} cannot be normalised");
        }

        return shapes.Parameters.FirstOrDefault(
            parameter => !parameter.SequenceEqual(input[^Dimensions..]), []) is { IsEmpty: false } other
            ? throw shapes.Error(
                $"parameter {NodeShapes.Show(other)} does not fit the last {Dimensions} dimension(s) of "
                + $"{NodeShapes.Show(input)}")
            : input;
    }

    // In mixed precision it computes in the type of its parameters, float32, as PyTorch's autocast does on CUDA.
    public override Tensor Run(in RunContext context)
    {
        var weight = context.ParameterOrNull(0);
        using var input = weight is null ? context.Input.Alias() : context.Input.To(weight.DType);
        return Aten.LayerNorm(
            input, context.Input.Shape[^Dimensions..], weight, context.ParameterOrNull(1), Epsilon);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        var first = coupling.Shapes.Output.Length - Dimensions;
        for (var parameter = 0; parameter < coupling.Shapes.Parameters.Length; parameter++)
        {
            for (var dimension = 0; dimension < Dimensions; dimension++)
            {
                coupling.Tie(Axis.Parameter(parameter, dimension), Axis.Output(first + dimension));
            }
        }
    }

    public override AxisRole RoleOf(Axis axis, NodeShapes shapes) =>
        Dimensions == 1 && axis.Dimension == shapes.Output.Length - 1 ? AxisRole.Normalised : AxisRole.None;

    public override bool OutputMayBeOverwritten => true;

    public override bool ChangesWhenChannelsLeave => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => Dimensions == 1 ? nameof(LayerNorm) : $"LayerNorm(last {Dimensions})";
}
