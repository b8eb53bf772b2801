using System.Collections.Immutable;
using Ocs.Formats.Onnx.Export;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.CustomOperator;

/// <summary>
/// x tanh(softplus(a x)), Mish (Misra 2019) with a trained parameter a for each channel of [N, C, H, W]. Parameter: a
/// [C].
/// </summary>
internal sealed record TrainedMish : Operator, IOnnxExportable
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

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

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public void Export(NodeExport node)
    {
        var slope = node.EmitPart("slope", "Unsqueeze", [node.Parameters()[0], node.Vector("axes", 1, 2)]);
        var soft = node.EmitPart("soft", "Softplus", [node.EmitPart("scaled", "Mul", [node.Input, slope])]);
        node.Emit("Mul", [node.Input, node.EmitPart("gate", "Tanh", [soft])]);
    }
}
