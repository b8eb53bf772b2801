namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>MatMul with a constant [I, O] and Add of a vector [O] -> our Linear, with weight [O, I] and bias.</summary>
internal static class Linears
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var product in graph.Nodes.Where(node => node.Is("MatMul")).ToArray())
        {
            if (graph.Constant(product.Inputs[1]) is not { Shape.Length: 2 } weight
                || graph.OnlyUser(product.Output) is not { } sum || !sum.Is("Add"))
            {
                continue;
            }

            var bias = sum.Inputs[0] == product.Output ? sum.Inputs[1] : sum.Inputs[0];
            if (graph.Constant(bias) is { Shape: [.., var count] } constant
                && count == weight.Shape[1]
                && constant.Count == count)
            {
                var rows = graph.FreshName($"{product.Name}/weight");
                graph.Constants[rows] = weight.Transposed();
                graph.Fuse(sum, "Linear", OnnxNode.Ours, [product.Inputs[0], rows, bias]);
            }
        }
    }
}
