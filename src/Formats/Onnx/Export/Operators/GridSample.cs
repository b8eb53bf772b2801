using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>GridSample, whose modes have other names from opset 20 on.</summary>
internal static class GridSample
{
    /// <summary>The first operator set that has it.</summary>
    public const int FirstOpset = 16;

    private const int FirstWithNewNames = 20;

    public static void Export(Graphs.Operators.GridSample op, NodeExport node)
    {
        if (node.Opset < FirstOpset)
        {
            throw new OcsInputException(
                $"The network samples '{node.Input}' at places of a grid, which ONNX has from operator set "
                + $"{FirstOpset} on, and not in {node.Opset}: ask for a newer one.");
        }

        var isNew = node.Opset >= FirstWithNewNames;
        var mode = op.Mode switch
        {
            UpsampleMode.Bilinear => isNew ? "linear" : "bilinear",
            UpsampleMode.Nearest => "nearest",
            _ => isNew ? "cubic" : "bicubic",
        };
        var padding = op.Padding switch
        {
            PaddingMode.Constant => "zeros",
            PaddingMode.Replicate => "border",
            _ => "reflection",
        };
        node.Emit(
            "GridSample", [.. node.Inputs], OnnxAttribute.Text("mode", mode),
            OnnxAttribute.Text("padding_mode", padding), OnnxAttribute.Flag("align_corners", op.AlignCorners));
    }
}
