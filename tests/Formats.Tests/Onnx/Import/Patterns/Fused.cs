using Ocs.Formats.Onnx.Import;
using Ocs.Formats.Onnx.Import.Patterns;

namespace Ocs.Formats.Tests.Onnx.Import.Patterns;

/// <summary>What the patterns make of a model.</summary>
internal static class Fused
{
    /// <summary>The only node that is left.</summary>
    public static OnnxNode Single(this HandMade model, string output) =>
        Assert.Single(model.Graph(output, OnnxPatterns.Apply).Nodes);

    /// <summary>The types of the nodes that are left, in order.</summary>
    public static string[] Types(this HandMade model, string output) =>
        [.. model.Graph(output, OnnxPatterns.Apply).Nodes.Select(node => node.Type)];

    public static OnnxGraph Graph(this HandMade model, string output, Action<OnnxGraph> pass)
    {
        var graph = model.Graph(output);
        pass(graph);
        return graph;
    }
}
