using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats.Onnx.Operators;

/// <summary>AdaptiveAveragePool2d -> GlobalAveragePool to 1x1; AveragePool where equal windows give the size.</summary>
internal static class GlobalAveragePool
{
    public static void Export(Graphs.Operators.AdaptiveAveragePool2d op, NodeExport node)
    {
        if (op.Size == 1)
        {
            node.Emit("GlobalAveragePool", node.Inputs.AsSpan());
            return;
        }

        var (height, width) = (node.Shapes.Inputs[0][2], node.Shapes.Inputs[0][3]);
        if (height % op.Size.Height != 0 || width % op.Size.Width != 0)
        {
            throw new OcsInputException(
                $"Node '{node.Name}' averages {height}x{width} positions to {op.Size}, which ONNX can only say "
                    + "where the one divides the other; save the network as .ocs, or build it for another "
                    + "image size.");
        }

        var window = new Pair((int)(height / op.Size.Height), (int)(width / op.Size.Width));
        AveragePool.Emit(window, window, 0, node);
    }
}
