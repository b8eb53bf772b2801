using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Matrix products. A product with a constant is a linear layer with weight [outputs, inputs].</summary>
internal static class Product
{
    public static void Gemm(NodeImport node)
    {
        var (alpha, beta) = (node.Node.Float("alpha", 1), node.Node.Float("beta", 1));
        if (node.Node.Int("transA", 0) != 0 || !node.IsConstant(1))
        {
            throw node.Error(
                "its first matrix is transposed or its second is not constant, which is not supported");
        }

        var stated = Scaled(node.Constant(1), alpha);
        var weight = node.Node.Int("transB", 0) != 0 ? stated : stated.Transposed();
        var bias = node.Node.InputOrNull(2) is null ? null : Scaled(node.Constant(2), beta);
        Linear(node, Rows(node), weight, bias is null ? null : Vector(node, bias, weight.Shape[0]));
    }

    public static void MatMul(NodeImport node)
    {
        if (node.IsConstant(1) && node.Constant(1).Shape.Length == 2)
        {
            var x = node.AnyOrMerged(0);
            var rank = node.ShapeOf(x.Value).Length;
            if (x.Batch == rank - 1)
            {
                throw node.Error("it sums over the batch");
            }

            Linear(node, x, node.Constant(1).Transposed(), null);
        }
        else if (node.IsConstant(0) && node.Constant(0).Shape.Length == 2)
        {
            FromLeft(node);
        }
        else
        {
            Values(node);
        }
    }

    /// <summary>The layer of a weight [O, I] and a bias [O].</summary>
    public static void Linear(NodeImport node, Imported x, OnnxTensor weight, OnnxTensor? bias)
    {
        // Exporters rename weights when they transpose them, but not biases.
        var name = NameBeside(bias) ?? $"{node.Name}.weight";
        var specs = new List<ParameterSpec>
        {
            node.Parameters.Take(weight, weight.Shape, name, ParameterRole.Weight),
        };
        if (bias is not null)
        {
            specs.Add(node.Parameter(bias, "bias", ParameterRole.Bias, [weight.Shape[0]]));
        }

        node.Output(x with { Value = node.Builder.Add(node.Name, new Linear(), [x.Value], specs) });
    }

    private static string? NameBeside(OnnxTensor? bias) =>
        bias is not null && NodeImport.IsNamed(bias) && bias.Name!.EndsWith(".bias", StringComparison.Ordinal)
            ? $"{bias.Name[..^".bias".Length]}.weight"
            : null;

    private static Imported Rows(NodeImport node) => node.AnyOrMerged(0) is var x && x.Batch <= 0
        ? x
        : throw node.Error("it sums over the batch");

    private static OnnxTensor Scaled(OnnxTensor constant, double factor) => factor == 1
        ? constant
        : OnnxTensor.Of(OnnxKind.Float, constant.Shape, Array.ConvertAll(constant.Numbers, number => number * factor));

    // Repeats a single number for all rows.
    private static OnnxTensor Vector(NodeImport node, OnnxTensor bias, long count) => bias.Count == count
        ? bias
        : bias.IsScalar
        ? OnnxTensor.Of(OnnxKind.Float, [count], [.. Enumerable.Repeat(bias.Numbers[0], (int)count)])
        : throw node.Error($"its bias {NodeShapes.Show(bias.Shape)} is not one number for each of {count} outputs");

    // W x = (xᵀ Wᵀ)ᵀ.
    private static void FromLeft(NodeImport node)
    {
        var x = node.Input(1);
        var rank = node.ShapeOf(x).Length;
        if (rank < 3)
        {
            throw node.Error("it sums over the batch");
        }

        var turned = node.Builder.Transpose(node.Part("columns"), x, rank - 2, rank - 1);
        var product = node.Builder.Add(
            node.Part("product"), new Linear(), [turned], [node.Parameter(0, "weight", ParameterRole.Weight)]);
        node.Output(node.Builder.Transpose(node.Name, product, rank - 2, rank - 1));
    }

    private static void Values(NodeImport node)
    {
        var known = node.Any(node.IsConstant(0) ? 1 : 0);
        Imported Side(int input) => node.IsConstant(input)
            ? known with { Value = Matrices(node, node.Constant(input), known) }
            : node.Any(input);

        var (left, right) = (Side(0), Side(1));
        var rank = node.ShapeOf(left.Value).Length;
        node.Output(left.Batch == right.Batch && left.Batch < rank - 2
            ? left with { Value = node.Builder.MatMul(node.Name, left.Value, right.Value) }
            : throw node.Error("the batch is another dimension in its inputs, or one that is multiplied"));
    }

    private static Value Matrices(NodeImport node, OnnxTensor constant, Imported like) =>
        node.ParameterValue(
            node.Part("constant"), constant, Arithmetic.Ordered(node, constant, like), follows: like.Value);
}
