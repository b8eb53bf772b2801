namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>The constant mask of causal attention in exported files.</summary>
internal static class CausalMask
{
    // The softmax of a score lower by this is 0 in 32-bit floats. Exporters write -1e4, the lowest float, or -inf.
    private const float Ruled = -1e4f;

    /// <summary>
    /// For a Where that replaces all scores of later positions by a constant, as PyTorch's masked_fill does: the
    /// scores, and the mask as a constant to add. Null for other nodes.
    /// </summary>
    public static (string Scores, string Mask)? OfWhere(OnnxGraph graph, OnnxNode node)
    {
        if (!node.Is("Where") || graph.Constant(node.Inputs[0]) is not { } condition)
        {
            return null;
        }

        var fillsWhereTrue = graph.Scalar(node.Inputs[1]) is not null;
        if (graph.Scalar(node.Inputs[fillsWhereTrue ? 1 : 2]) is not { } fill || !(fill <= Ruled))
        {
            return null;
        }

        double[] numbers = Array.ConvertAll(
            condition.Integers, isTrue => isTrue != 0 == fillsWhereTrue ? double.NegativeInfinity : 0);
        var mask = OnnxTensor.Of(OnnxKind.Float, condition.Shape, numbers);
        if (!Is(mask))
        {
            return null;
        }

        var name = graph.FreshName($"{node.Name}/mask");
        graph.Constants[name] = mask;
        return (node.Inputs[fillsWhereTrue ? 2 : 1], name);
    }

    /// <summary>
    /// Whether a constant [1, ..., L, L], L at least 2, is 0 on and below the diagonal and masks all above.
    /// </summary>
    public static bool Is(OnnxTensor constant)
    {
        if (constant.Shape is not [.. var leading, var rows, var columns] || rows != columns || rows < 2
            || leading.Any(size => size != 1))
        {
            return false;
        }

        var numbers = constant.Floats;
        for (var place = 0; place < numbers.Length; place++)
        {
            var isFuture = place % (int)columns > place / (int)columns;
            if (isFuture ? !(numbers[place] <= Ruled) : numbers[place] != 0)
            {
                return false;
            }
        }

        return true;
    }
}
