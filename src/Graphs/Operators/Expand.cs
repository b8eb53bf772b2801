using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>A dimension of size 1 repeated without copying. What it becomes leaves with what reads it.</summary>
public sealed record Expand(int Dimension, int Size) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return Dimension >= 1 && Dimension < input.Length && input[Dimension] == 1 && Size >= 1
            ? input.SetItem(Dimension, Size)
            : throw shapes.Error(
                $"dimension {Dimension} of input {NodeShapes.Show(input)} cannot be repeated {Size} times");
    }

    public override Tensor Run(in RunContext context)
    {
        long[] shape = [.. context.Input.Shape];
        shape[Dimension] = Size;
        return Aten.Expand(context.Input, shape);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling, except: Dimension);
        coupling.Free(Axis.Input(0, Dimension));
        coupling.Free(Axis.Output(Dimension));
    }

    public override Operator Resize(NodeShapes before, NodeShapes after) => RequireUnchanged(before, after);

    public override Operator Cut(ICut cut) => this with { Size = cut.Kept(Axis.Output(Dimension)).Count };

    public override string ToString() => $"Expand(dimension {Dimension}, {Size})";
}
