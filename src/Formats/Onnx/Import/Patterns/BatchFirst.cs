using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Moves a Transpose of the batch down past nodes that do not depend on the order, until another Transpose cancels it.
/// PyTorch's attention computes on [L, N, E], torchvision's Swin transformer on [3, N, heads, L, d].
/// </summary>
internal static class BatchFirst
{
    private static readonly ImmutableHashSet<string> Elementwise =
        ["Identity", "Dropout", "Relu", "Gelu", "Sigmoid", "Tanh", "Erf", "Silu", "HardSwish", "HardSigmoid", "Mish"];

    public static void Apply(OnnxGraph graph)
    {
        var waiting = new Queue<OnnxNode>(graph.Nodes.Where(node => node.Is("Transpose")));
        while (waiting.TryDequeue(out var transpose))
        {
            if (graph.Maker(transpose.Output) != transpose
                || graph.ShapeOf(transpose.Inputs[0]) is not { IsDefault: false } shape
                || transpose.Order(shape.Length) is not [not 0, ..] order)
            {
                continue;
            }

            foreach (var user in graph.Users(transpose.Output).ToArray())
            {
                foreach (var moved in Pass(graph, transpose, order, user))
                {
                    waiting.Enqueue(moved);
                }
            }
        }
    }

    // Makes a node read the input of the Transpose, and transposes its outputs instead. Returns the new Transposes.
    private static IEnumerable<OnnxNode> Pass(
        OnnxGraph graph, OnnxNode transpose, ImmutableArray<int> order, OnnxNode user)
    {
        var (x, keepsLast) = (transpose.Inputs[0], order[^1] == order.Length - 1);
        return user switch
        {
            _ when user.Is("Transpose") => Join(graph, x, order, user),
            _ when Elementwise.Contains(user.Type) => Move(graph, user, [x, .. user.Inputs[1..]], order),
            _ when keepsLast && IsOnLast(graph, user, transpose.Output) =>
                Move(graph, user, Read(user, transpose.Output, x), order),
            _ when user.Is("Add") && Same(graph, user.Other(transpose.Output), order) is { } other =>
                Move(graph, user, [x, other], order),
            _ when user.Is("Slice") && graph.Constant(user.InputOrNull(3)) is { } axes =>
                Move(graph, user, user.Inputs.SetItem(0, x).SetItem(3, Axes(graph, user, axes, order)), order),
            _ when user.Is("Split") =>
                Move(graph, user.With("axis", (long)order[Axis(user, order)]), user.Inputs.SetItem(0, x), order),
            _ when user.Is("Gather")
                && graph.Scalar(user.Inputs[1]) is not null
                && user.Inputs[0] == transpose.Output
                && graph.ShapeOf(user.Inputs[1]).IsEmpty =>
                Move(
                    graph,
                    user.With("axis", (long)order[Axis(user, order)]),
                    user.Inputs.SetItem(0, x),
                    Without(order, Axis(user, order))),
            _ => [],
        };
    }

    // Linear layers, norms and sums with a vector along the last dimension.
    private static bool IsOnLast(OnnxGraph graph, OnnxNode user, string value) =>
        (user.Is("MatMul") && user.Inputs[0] == value && graph.Constant(user.Inputs[1]) is { Shape.Length: 2 })
        || (user is { Domain: OnnxNode.Ours, Type: "Linear" } && user.Inputs[0] == value)
        || (
            user.Is("LayerNormalization")
                && user.Inputs[0] == value
                && user.Outputs.Length == 1
                && user.Int("axis", -1) == -1)
        || (
            user.Type is "Add" or "Sub" or "Mul" or "Div"
                && user.Other(value) is { } other
                && graph.Constant(other) is { Shape.Length: <= 1 });

    private static ImmutableArray<string> Read(OnnxNode user, string value, string instead) =>
        [.. user.Inputs.Select(input => input == value ? instead : input)];

    // The input of the other operand's Transpose, if that has the same order.
    private static string? Same(OnnxGraph graph, string? value, ImmutableArray<int> order) =>
        value is not null
            && graph.Maker(value, "Transpose") is { } transpose
            && transpose.Order(order.Length).SequenceEqual(order)
            ? transpose.Inputs[0]
            : null;

    private static int Axis(OnnxNode node, ImmutableArray<int> order) =>
        (int)(node.Int("axis", 0) is < 0 and var axis ? axis + order.Length : node.Int("axis", 0));

    private static string Axes(OnnxGraph graph, OnnxNode slice, OnnxTensor axes, ImmutableArray<int> order)
    {
        var name = graph.FreshName($"{slice.Name}/axes");
        graph.Constants[name] = OnnxTensor.Of(
            [.. axes.Integers.Select(axis => (long)order[(int)(axis < 0 ? axis + order.Length : axis)])]);
        return name;
    }

    // The order of the remaining dimensions after a Select.
    private static ImmutableArray<int> Without(ImmutableArray<int> order, int axis) =>
        [.. order.RemoveAt(axis).Select(dimension => dimension > order[axis] ? dimension - 1 : dimension)];

    private static IEnumerable<OnnxNode> Join(OnnxGraph graph, string x, ImmutableArray<int> order, OnnxNode second)
    {
        ImmutableArray<int> joined = [.. second.Order(order.Length).Select(dimension => order[dimension])];
        if (joined.SequenceEqual(Enumerable.Range(0, joined.Length)))
        {
            graph.Redirect(second.Output, x);
            return [];
        }

        var node = second.With("perm", joined.Select(dimension => (long)dimension).ToArray()) with { Inputs = [x] };
        graph.Replace(second, node);
        return [node];
    }

    private static List<OnnxNode> Move(
        OnnxGraph graph, OnnxNode user, ImmutableArray<string> inputs, ImmutableArray<int> order)
    {
        var before = graph.Maker(user.Outputs.First(output => output.Length > 0))!;
        var outputs = user.Outputs
            .Select(output => output.Length == 0 ? "" : graph.FreshName($"{output}/batch_first"))
            .ToImmutableArray();
        graph.Replace(before, user with { Inputs = inputs, Outputs = outputs });
        var transposes = new List<OnnxNode>();
        for (var index = 0; index < outputs.Length; index++)
        {
            if (outputs[index].Length == 0)
            {
                continue;
            }

            var shape = graph.ShapeOf(user.Outputs[index]);
            var inner = new long[order.Length];
            for (var dimension = 0; !shape.IsDefault && dimension < order.Length; dimension++)
            {
                inner[order[dimension]] = shape[dimension];
            }

            graph.Shapes[outputs[index]] = [.. inner];
            var transpose = new OnnxNode(
                graph.FreshName($"{user.Name}/transposed"), "Transpose", "", [outputs[index]], [user.Outputs[index]],
                ImmutableDictionary<string, object>.Empty.Add(
                    "perm", order.Select(dimension => (long)dimension).ToArray()));
            graph.Add(transpose);
            transposes.Add(transpose);
        }

        return transposes;
    }
}
