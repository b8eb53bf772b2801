namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// A linear layer on flattened positions, Reshape [N L, I], Gemm, Reshape [..., O] with the original leading dimensions
/// -> our Linear, which takes any number of them.
/// </summary>
internal static class FlatLinears
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var gemm in graph.Nodes.Where(node => node.Is("Gemm")).ToArray())
        {
            if (graph.Maker(gemm.Inputs[0], "Reshape") is { } flat
                && graph.OnlyUser(gemm.Output) is { } back && back.Is("Reshape")
                && gemm.Int("transA", 0) == 0 && gemm.Float("alpha", 1) == 1 && gemm.Float("beta", 1) == 1
                && graph.Constant(gemm.Inputs[1]) is { Shape.Length: 2 } weight
                && (gemm.InputOrNull(2) is not { } bias || graph.Constant(bias) is { Shape.Length: 1 })
                && graph.ShapeOf(flat.Inputs[0]) is { IsDefault: false, Length: >= 3 } before
                && graph.ShapeOf(back.Output) is { IsDefault: false, Length: >= 3 } after
                && before[..^1].SequenceEqual(after[..^1])
                && graph.ShapeOf(gemm.Inputs[0]) is { IsDefault: false, Length: 2 } matrix && matrix[1] == before[^1])
            {
                var rows = gemm.Inputs[1];
                if (gemm.Int("transB", 0) == 0)
                {
                    rows = graph.FreshName($"{gemm.Name}/weight");
                    graph.Constants[rows] = weight.Transposed();
                }

                graph.Fuse(back, "Linear", OnnxNode.Ours, [flat.Inputs[0], rows, .. gemm.Inputs[2..]]);
            }
        }
    }
}
