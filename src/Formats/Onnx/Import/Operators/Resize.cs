using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Images of another size, by the nearest position or bilinear, where positions fall as ours do.</summary>
internal static class Resize
{
    private const int ModesSince = 11;

    public static void Import(NodeImport node)
    {
        var x = node.Input();
        var (from, to) = (node.ShapeOf(x), ResizeSizes.Of(node.Arguments));
        if (from.Length != 4 || from[1] != to[1] || from[0] != to[0])
        {
            throw node.Error($"it makes {NodeShapes.Show(to)} of {NodeShapes.Show(from)}: height and width of images may change");
        }

        var isOld = node.Node.Type == "Upsample" || node.Graph.Opset < ModesSince;
        var position = node.Node.Text("coordinate_transformation_mode", isOld ? "asymmetric" : "half_pixel");
        var mode = node.Node.Text("mode", "nearest") switch
        {
            "nearest" => IsNearestOfOurs(node, position, isOld, from, to) ? UpsampleMode.Nearest : throw Positions(node, position),
            "linear" or "bilinear" => position is "half_pixel" or "align_corners" or "pytorch_half_pixel" || from.SequenceEqual(to)
                ? UpsampleMode.Bilinear
                : throw Positions(node, position),
            var other => throw node.Error($"mode '{other}' is not read, nearest and linear are"),
        };
        if (node.Node.Int("antialias", 0) != 0)
        {
            throw node.Error("antialias is not read");
        }

        var corners = mode == UpsampleMode.Bilinear && position == "align_corners";
        node.Output(node.Builder.Upsample(node.Name, x, new((int)to[2], (int)to[3]), mode, corners));
    }

    // Ours takes floor(i * from / to). Other roundings are the same where every position is repeated equally often.
    private static bool IsNearestOfOurs(NodeImport node, string position, bool isOld, ImmutableArray<long> from, ImmutableArray<long> to)
    {
        var rounding = node.Node.Text("nearest_mode", isOld ? "floor" : "round_prefer_floor");
        var isWhole = to[2] % from[2] == 0 && to[3] % from[3] == 0;
        return (position == "asymmetric" && rounding == "floor")
            || (isWhole && position is "half_pixel" or "pytorch_half_pixel" && rounding.StartsWith("round", StringComparison.Ordinal));
    }

    private static Torch.OcsInputException Positions(NodeImport node, string position) =>
        node.Error($"its positions ({position}, {node.Node.Text("nearest_mode", "round_prefer_floor")}) are not those that libtorch computes");
}
