using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Images at places that are computed or known.</summary>
internal static class GridSample
{
    public static void Import(NodeImport node)
    {
        var x = node.Input();
        if (node.ShapeOf(x).Length != 4)
        {
            throw node.Error("it samples volumes, and images are read");
        }

        var mode = node.Node.Text("mode", "bilinear") switch
        {
            "bilinear" or "linear" => UpsampleMode.Bilinear,
            "nearest" => UpsampleMode.Nearest,
            "bicubic" or "cubic" => UpsampleMode.Bicubic,
            var other => throw node.Error($"mode '{other}' is not known"),
        };
        var padding = node.Node.Text("padding_mode", "zeros") switch
        {
            "zeros" => PaddingMode.Constant,
            "border" => PaddingMode.Replicate,
            "reflection" => PaddingMode.Reflect,
            var other => throw node.Error($"padding_mode '{other}' is not known"),
        };
        var op = new Graphs.Operators.GridSample(mode, padding, node.Node.Int("align_corners", 0) != 0);
        node.Output(node.Builder.Add(node.Name, op, [x, Grid(node, x)], []));
    }

    private static Value Grid(NodeImport node, Value x) => !node.IsConstant(1)
        ? node.Input(1)
        : node.ParameterValue(
            node.Part("grid"), node.Constant(1), node.Constant(1).Shape is [1, _, _, _] shape
                ? shape
                : throw node.Error("its places differ from sample to sample"),
            follows: x);
}
