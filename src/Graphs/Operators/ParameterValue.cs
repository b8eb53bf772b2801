using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// A parameter as a value: a class token, position embedding or table. Parameter: [1, ...], or without that 1 when
/// <paramref name="AddsBatch"/>. Without an input the value is [1, ...] for every batch, and operators that broadcast
/// repeat it; with one, it has the input's dimension 0, as a token that is joined to others needs.
/// </summary>
public sealed record ParameterValue(bool AddsBatch = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        if (shapes.Inputs.Length > 1 || shapes.Parameters.Length != 1)
        {
            throw shapes.Error("it takes one parameter and at most one input");
        }

        var parameter = shapes.Parameters[0];
        if (!AddsBatch && (parameter.IsEmpty || parameter[0] != 1))
        {
            throw shapes.Error($"parameter {NodeShapes.Show(parameter)} must begin with a batch of 1");
        }

        var batch = shapes.Inputs.IsEmpty ? 1 : shapes.Inputs[0][0];
        return [batch, .. AddsBatch ? parameter : parameter.Skip(1)];
    }

    public override Tensor Run(in RunContext context)
    {
        var value = AddsBatch ? Aten.Unsqueeze(context.Parameters[0], 0) : context.Parameters[0].Alias();
        if (context.Inputs.IsEmpty)
        {
            return value;
        }

        using (value)
        {
            return Aten.Expand(value, [context.Input.Shape[0], .. value.Shape[1..]]);
        }
    }

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 1; dimension < coupling.Shapes.Output.Length; dimension++)
        {
            coupling.Tie(Axis.Parameter(0, AddsBatch ? dimension - 1 : dimension), Axis.Output(dimension));
        }

        // Only the batch is followed, which is never cut.
        var followed = coupling.Shapes.Inputs.FirstOrDefault([]);
        for (var dimension = 0; dimension < followed.Length; dimension++)
        {
            coupling.Free(Axis.Input(0, dimension));
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(ParameterValue);
}
