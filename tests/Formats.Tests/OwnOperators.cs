using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Formats.Onnx.Export;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats.Tests;

/// <summary>
/// x tanh(softplus(a x)) with a trained a for each channel, [N, C, H, W], as a program of one's own has it.
/// Parameter: a [C].
/// </summary>
internal sealed record TrainedMish(ImmutableArray<double> Ceilings, string Note = "") : Operator, IOnnxExportable
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 1);
        shapes.RequireRank(0, 4);
        return shapes.Parameters[0].SequenceEqual([shapes.Inputs[0][1]]) && Ceilings.Length == shapes.Inputs[0][1]
            ? shapes.Inputs[0]
            : throw shapes.Error($"a {NodeShapes.Show(shapes.Parameters[0])} does not fit");
    }

    public override Tensor Run(in RunContext context)
    {
        using var slope = Aten.Reshape(context.Parameters[0], [-1, 1, 1]);
        using var scaled = Aten.Mul(context.Input, slope);
        using var soft = Aten.Softplus(scaled);
        using var gate = Aten.Tanh(soft);
        return Aten.Mul(context.Input, gate);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        coupling.Tie(Axis.Parameter(0, 0), Axis.Output(1));
    }

    public override Operator Cut(ICut cut) =>
        this with { Ceilings = [.. cut.Kept(Axis.Output(1)).Select(channel => Ceilings[channel])] };

    public void Export(NodeExport node)
    {
        var slope = node.EmitPart("slope", "Unsqueeze", [node.Parameters()[0], node.Vector("axes", 1, 2)]);
        var soft = node.EmitPart("soft", "Softplus", [node.EmitPart("scaled", "Mul", [node.Input, slope])]);
        node.Emit("Mul", [node.Input, node.EmitPart("gate", "Tanh", [soft])]);
    }
}

/// <summary>The identity, written as an operator of another domain.</summary>
internal sealed record Foreign(double Strength) : Operator, IOnnxExportable
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

    public override Tensor Run(in RunContext context) => context.Input.Alias();

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public void Export(NodeExport node) =>
        node.EmitCustom("com.example", 3, "Foreign", [node.Input], OnnxAttribute.Float("strength", Strength));
}

/// <summary>How <see cref="Foreign"/> is written without reflection.</summary>
[JsonSerializable(typeof(Foreign))]
internal sealed partial class ForeignJson : JsonSerializerContext;

/// <summary>The identity, with no name and no form in any file.</summary>
internal sealed record Nameless : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

    public override Tensor Run(in RunContext context) => context.Input.Alias();

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);
}
