using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>Values side by side along a dimension; all other dimensions are equal.</summary>
public sealed record Concat(int Dimension) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        var first = shapes.Inputs.IsEmpty ? throw shapes.Error("it takes at least one input") : shapes.Inputs[0];
        if (Dimension < 1 || Dimension >= first.Length)
        {
            throw shapes.Error($"dimension {Dimension} is not one of 1 to {first.Length - 1}");
        }

        foreach (var input in shapes.Inputs)
        {
            if (input.Length != first.Length || !input.SetItem(Dimension, 0).SequenceEqual(first.SetItem(Dimension, 0)))
            {
                throw shapes.Error(
                    $"cannot join {NodeShapes.Show(first)} and {NodeShapes.Show(input)} along dimension {Dimension}");
            }
        }

        return first.SetItem(Dimension, shapes.Inputs.Sum(input => input[Dimension]));
    }

    public override Tensor Run(in RunContext context) => Aten.Cat(context.Inputs.ToArray(), Dimension);

    public override void Couple(ICoupling coupling)
    {
        var offset = 0L;
        for (var input = 0; input < coupling.Shapes.Inputs.Length; input++)
        {
            for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
            {
                if (dimension != Dimension)
                {
                    coupling.Tie(Axis.Input(input, dimension), Axis.Output(dimension));
                }
            }

            var axis = Axis.Input(input, Dimension);
            for (var index = 0L; index < coupling.Shapes.Size(axis); index++)
            {
                coupling.Tie(axis, index, Axis.Output(Dimension), offset + index);
            }

            offset += coupling.Shapes.Size(axis);
        }
    }

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"Concat(dimension {Dimension})";
}
