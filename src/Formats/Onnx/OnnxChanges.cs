using System.Collections.Immutable;
using Ocs.Formats.Onnx.Export;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx;

/// <summary>
/// The differences between a written file and the ONNX file that its network is from, one sentence each.
/// </summary>
internal static class OnnxChanges
{
    public static IReadOnlyList<string> Of(Graph graph, OnnxOptions options) => graph.Origin is { } origin
        ?
        [
            .. OfOpset(origin, options.OpsetOf(graph), isChosen: options.Opset is not null),
            .. OfWeights(origin, graph, options),
            .. OfQuantization(origin),
            .. graph.InputNodes
                .Zip(origin.Inputs)
                .Where(pair => pair.Second.KeptNode is null)
                .SelectMany(pair => OfValue("Input", pair.First, pair.Second, origin, options)),
            .. graph.Outputs
                .Zip(origin.Outputs.Select(BatchPlace.InFront))
                .Where(pair => pair.Second.KeptNode is null)
                .SelectMany(pair => OfValue("Output", graph.Nodes[pair.First], pair.Second, origin, options)),
        ]
        : [];

    private static IEnumerable<string> OfOpset(GraphOrigin origin, int opset, bool isChosen) =>
        isChosen || origin.Opset == opset
            ? []
            :
            [
                $"The file is written in opset {opset}, the nearest supported one to {origin.Opset} "
                + "of the original file.",
            ];

    private static IEnumerable<string> OfWeights(GraphOrigin origin, Graph graph, OnnxOptions options)
    {
        var count = graph.Parameters.Sum(spec => spec.ElementCount);
        int? bytes = origin.WeightType switch
        {
            "Float16" or "Bfloat16" => 2,
            "Double" => 8,
            _ => null,
        };
        var written = options.FloatsOf(graph) == OnnxFloats.Float32 ? sizeof(float) : sizeof(short);
        return bytes is { } each && each != written
            ?
            [
                $"The weights are written as {8 * written}-bit floats ({FileSize.Text(count * written)}); "
                + $"they were {origin.WeightType}, which would take {FileSize.Text(count * each)}.",
            ]
            : [];
    }

    private static IEnumerable<string> OfQuantization(GraphOrigin origin) => origin.Dequantized == 0
        ? []
        :
        [
            $"The file has floats: {origin.Dequantized} values and weights of fewer bits were read as floats; "
            + "quantize it again for 8 bits.",
        ];

    // Integers keep their type.
    private static IEnumerable<string> OfValue(
        string what, Node node, OriginValue was, GraphOrigin origin, OnnxOptions options)
    {
        var written = options.Floats == OnnxFloats.Float16 ? "Float16" : "Float";
        var hasOtherType = origin.Kept is null && options.Floats is not null
            && was.Type is ("Float" or "Float16" or "Bfloat16" or "Double") && was.Type != written;
        var type = hasOtherType || was.Type == "Undefined" ? written : was.Type;
        var names = was.Sizes.Length == node.Shape.Length
            ? was.Sizes
            : [.. node.Shape.Select((_, dimension) => dimension == 0 ? "batch" : null)];
        var isFixed = !origin.SizesStayFree && names.Skip(1).Any(name => name is not null);
        return hasOtherType || isFixed
            ?
            [
                OneLine.Of($"{what} '{was.Name}' is {type} {Show(node, isFixed ? names[..1] : names)} now; "
                    + $"it was {was.Type} {Show(node, names)}"
                    + (isFixed && node.Operator is Input
                        ? ", and the sizes are fixed to the stated ones."
                        : ".")),
            ]
            : [];
    }

    private static string Show(Node node, ImmutableArray<string?> names) =>
        $"[{string.Join(", ", node.Shape.Select((size, dimension) =>
        names.ElementAtOrDefault(dimension) is not { } name ? $"{size}" : name.Length > 0 ? name : "?"))}]";
}
