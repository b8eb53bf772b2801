using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Shapes;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>
/// Folds constants and shapes, infers the shapes of all other values, and drops nodes without effect. Shapes are for a
/// batch of one: a batch that flows through Shape, Gather and Concat to a Reshape becomes its dimension 0.
/// </summary>
internal static class ConstantFolding
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var listed in graph.Nodes.ToArray())
        {
            // A node before this one may have been dropped, and this one rewired.
            Visit(graph, listed.Outputs.Select(graph.Maker).OfType<OnnxNode>().FirstOrDefault(listed));
        }

        graph.Sort();
        graph.DropUnread();
    }

    /// <summary>
    /// Infers shapes and kinds of a node's outputs. Implausible sizes are an error. A node whose output is one too
    /// many, such as all scores of all boxes of a detector in one dimension, is kept as it is.
    /// </summary>
    public static void Infer(NodeArguments node)
    {
        var shapes = ShapeInference.Infer(node);
        for (var place = 0; place < Math.Min(shapes.Length, node.Node.Outputs.Length); place++)
        {
            var output = node.Node.Outputs[place];
            node.Graph.Shapes[output] = node.Graph.ShapeLimit.Require(
                shapes[place], node.Error, tooMany: node.Node.Unread);
            node.Graph.Kinds[output] = ShapeInference.KindOf(node, place);
        }
    }

    private static void Visit(OnnxGraph graph, OnnxNode node)
    {
        if (graph.Follows(node))
        {
            return;
        }

        try
        {
            Apply(graph, node);
        }
        catch (UnreadException unread)
        {
            graph.Leave(node, unread.Message);
        }
    }

    private static void Apply(OnnxGraph graph, OnnxNode node)
    {
        if (node.Is("If") && graph.Scalar(node.Inputs[0]) is { } condition)
        {
            foreach (var inner in Branches.Inline(graph, node, condition != 0))
            {
                Visit(graph, inner);
            }

            return;
        }

        if ((node.Is("Shape") || node.Is("Size") || IsOfConstants(graph, node))
            && Fold(new(graph, node)) is { IsDefault: false } constants)
        {
            graph.Remove(node);
            foreach (var (output, constant) in node.Outputs.Zip(constants).Where(pair => pair.First.Length > 0))
            {
                graph.Constants[output] = constant;
            }

            foreach (var input in node.Inputs.Where(input =>
                graph.Users(input).Count == 0 && !graph.Outputs.Contains(input)))
            {
                graph.Constants.Remove(input);
            }

            return;
        }

        if (Quantization.Bounds(graph, node) is { } bounds)
        {
            graph.Replace(node, bounds);
            node = bounds;
        }

        node = WithoutEmpty(graph, node);
        Infer(new(graph, node));
        if (ChangesNothing(graph, node))
        {
            graph.Redirect(node.Output, node.Inputs[0]);
            graph.Remove(node);
        }
    }

    private static bool IsOfConstants(OnnxGraph graph, OnnxNode node) =>
        node.Domain.Length == 0 && (node.Type == "Constant" || node.Inputs.Any(input => input.Length > 0))
        && node.Inputs.All(input => input.Length == 0 || graph.Constants.ContainsKey(input));

    private static ImmutableArray<OnnxTensor> Fold(NodeArguments node)
    {
        ImmutableArray<OnnxTensor> inputs =
            [.. node.Node.Inputs.Select(input => node.Graph.Constant(input)).OfType<OnnxTensor>()];
        switch (node.Node.Type)
        {
            case "Constant": return [Constants.Constant(node)];
            case "Shape": return [Constants.Shape(node)];
            case "Size": return [OnnxTensor.Of(OnnxKind.Integer, [], [OnnxTensor.CountOf(node.Shape(0))])];

            // PyTorch's exporter merges parameters with equal bytes: each gets its own again.
            case "Identity":
                var isShared = node.Graph.OnlyUser(node.Node.Inputs[0]) is null;
                return [isShared ? inputs[0].Named(node.Node.Output) : inputs[0]];
            case "DequantizeLinear" or "QuantizeLinear": return [Quantization.Fold(node)!];
            case "Cast": return [Constants.Cast(node, inputs[0])];
            case "ConstantOfShape": return [Constants.ConstantOfShape(node, inputs[0])];
            case "Range": return [Constants.Range(node, inputs)];
            case "Split": return [.. Movement.Split(node, inputs[0], ShapeInference.Infer(node))];
        }

        if (Elementwise.Fold(node, inputs) is { } computed)
        {
            return [computed];
        }

        var shape = ShapeInference.Infer(node)[0];
        var folded = Movement.Fold(node, inputs[0], shape)
            ?? Reductions.Fold(node, inputs[0], shape)
            ?? Products.Fold(node, inputs, shape);
        return folded is null ? default : [folded];
    }

    private static bool ChangesNothing(OnnxGraph graph, OnnxNode node) => node.Domain.Length == 0 && node.Type switch
    {
        "Identity" => true,
        "Cast" or "CastLike" => graph.KindOf(node.Inputs[0]) == graph.KindOf(node.Output),
        "Reshape" or "Expand" or "Tile" or "Flatten" or "Squeeze" or "Unsqueeze" or "Pad" => KeepsShape(graph, node),
        "Slice" => KeepsShape(graph, node) && SliceRange.Of(new(graph, node)).All(range => range.Step == 1),
        "Transpose" =>
            MovementShapes.Order(new(graph, node)).Select((dimension, place) => dimension == place).All(same => same),
        "Concat" => node.Inputs.Length == 1,
        _ => false,
    };

    // A roll by 0 is a Concat of an empty slice and the whole value.
    private static OnnxNode WithoutEmpty(OnnxGraph graph, OnnxNode node)
    {
        if (!node.Is("Concat"))
        {
            return node;
        }

        ImmutableArray<string> full =
        [
            .. node.Inputs.Where(
                input => graph.ShapeOf(input) is not { IsDefault: false } shape || shape.All(size => size > 0)),
        ];
        return full.IsEmpty || full.Length == node.Inputs.Length ? node : graph.Rewire(node, full);
    }

    private static bool KeepsShape(OnnxGraph graph, OnnxNode node) =>
        graph.ShapeOf(node.Inputs[0]).SequenceEqual(graph.ShapeOf(node.Output))
            && (node.Type != "Pad" || MovementShapes.Pads(new(graph, node)).Before.All(size => size == 0));
}
