using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Constants that are added to attention scores [..., heads, L, L]. A bias gathered from a table by distance becomes
/// that table, also if the exporter folded it (<see cref="PositionTable"/>). Other biases that differ between heads
/// were learned too, and become trained parameters. A bias that is equal for all heads is a mask.
/// </summary>
internal static class AttentionBias
{
    public static Value Import(NodeImport node, OnnxTensor constant, Imported queries)
    {
        var shape = Arithmetic.Ordered(node, constant, queries);
        var (heads, name) = ((int)node.ShapeOf(queries.Value)[^3], node.Part("bias"));
        if (NodeImport.IsNamed(constant) || shape[^3] != heads || constant.Count != heads * shape[^2] * shape[^1])
        {
            return node.ParameterValue(name, constant, shape);
        }

        var (table, isPerHead) = (PositionTable.Find(constant, heads), Differs(constant, heads));
        return table is not null && (isPerHead || table.IsInFile)
            ? Gathered(node, name, table, shape)
            : node.ParameterValue(name, constant, shape, isTrained: isPerHead);
    }

    // [rows, heads] -> [1, heads, L, L], with a dimension of 1 for windows.
    private static Value Gathered(NodeImport node, string name, PositionTable table, ImmutableArray<long> shape)
    {
        var spec = node.Parameter(table.Rows, "relative_position_bias_table", ParameterRole.Bias);
        var value = node.Builder.Add(
            node.Part("table"), new Graphs.Operators.ParameterValue(AddsBatch: true), [], [spec]);
        return shape.Length == 4
            ? node.Builder.Add(name, new RelativePositionBias(table.Window), [value], [])
            : node.Builder.Reshape(
                name,
                node.Builder.Add(node.Part("gathered"), new RelativePositionBias(table.Window), [value], []),
                shape.AsSpan());
    }

    private static bool Differs(OnnxTensor constant, int heads)
    {
        var numbers = constant.Floats;
        var size = numbers.Length / heads;
        return Enumerable.Range(1, heads - 1)
            .Any(head => !numbers.AsSpan(head * size, size).SequenceEqual(numbers.AsSpan(0, size)));
    }
}
