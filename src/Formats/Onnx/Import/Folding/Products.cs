using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>
/// Matrix products of constants, as in the small networks that compute the biases of Swin Transformer V2 from
/// positions.
/// </summary>
internal static class Products
{
    private const long HighestCost = 1L << 28;

    /// <summary>The output, of a given shape; null for other operators.</summary>
    public static OnnxTensor? Fold(NodeArguments node, ImmutableArray<OnnxTensor> inputs, ImmutableArray<long> shape)
    {
        if (node.Node.Type != "MatMul" || inputs is not [{ Shape.Length: >= 2 } left, { Shape.Length: 2 } right]
            || left.Count * (double)right.Shape[1] > HighestCost)
        {
            return null;
        }

        FoldingLimit.Require(node, shape);
        var (a, b) = (left.Floats, right.Floats);
        var (inner, columns) = ((int)right.Shape[0], (int)right.Shape[1]);
        var output = new double[OnnxTensor.CountOf(shape)];
        for (var place = 0; place < output.Length; place++)
        {
            var (row, column) = (place / columns, place % columns);
            for (var k = 0; k < inner; k++)
            {
                output[place] += (double)a[row * inner + k] * b[k * columns + column];
            }
        }

        return OnnxTensor.Of(OnnxKind.Float, shape, output);
    }
}
