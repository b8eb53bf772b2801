using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>The largest or smallest of values: max(a, b) = b + ReLU(a - b), min(a, b) = a - ReLU(a - b).</summary>
internal static class Extremes
{
    public static void Max(NodeImport node) => Import(node, isMax: true);

    public static void Min(NodeImport node) => Import(node, isMax: false);

    private static void Import(NodeImport node, bool isMax)
    {
        var count = node.Node.Inputs.Length;
        if (count == 2 && (node.IsConstant(0) || node.IsConstant(1)))
        {
            Clip.WithNumber(node, isMax);
            return;
        }

        var first = node.Any(0);
        var value = first.Value;
        for (var input = 1; input < count; input++)
        {
            var other = node.Any(input);
            if (other.Batch != first.Batch)
            {
                throw node.Error("the batch is another dimension in some of its inputs");
            }

            value = Larger(node, input == count - 1 ? node.Name : node.Part("of_two"), value, other.Value, isMax);
        }

        node.Output(first with { Value = value });
    }

    private static Value Larger(NodeImport node, string name, Value a, Value b, bool isMax)
    {
        var surplus = node.Builder.Relu(node.Part("surplus"), node.Builder.Subtract(node.Part("difference"), a, b));
        return isMax ? node.Builder.Add(name, b, surplus) : node.Builder.Subtract(name, a, surplus);
    }
}
