namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>PyTorch's unbind, a Split into parts of size 1 and a Squeeze of each -> a Gather of each index.</summary>
internal static class UnboundParts
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var squeeze in graph.Nodes.Where(node => node.Is("Squeeze")).ToArray())
        {
            Select(graph, squeeze);
        }
    }

    private static void Select(OnnxGraph graph, OnnxNode squeeze)
    {
        if (graph.Maker(squeeze.Inputs[0], "Split") is not { } split
            || graph.Maker(split.Inputs[0]) is not { } maker || !(maker.Is("Reshape") || maker.Is("Transpose"))
            || graph.ShapeOf(split.Inputs[0]) is not { IsDefault: false } shape
            || new NodeArguments(graph, split).Axis(0, shape.Length) is var axis && shape[axis] != split.Outputs.Length
            || new NodeArguments(graph, squeeze).Axes(1, shape.Length) is not [var dropped] || dropped != axis)
        {
            return;
        }

        var index = graph.FreshName($"{squeeze.Name}/index");
        graph.Constants[index] = OnnxTensor.Of((long)split.Outputs.IndexOf(squeeze.Inputs[0])).Reshaped([]);
        graph.Fuse(squeeze, "Gather", "", [split.Inputs[0], index], ("axis", (long)axis));
    }
}
