using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>Helps patterns to match nodes, upwards from a value, and to replace them.</summary>
internal static class Matching
{
    // Constants are 32-bit floats; some were computed in 64 bits.
    private const double Tolerance = 1e-4;

    /// <summary>Whether a value is a given number.</summary>
    public static bool IsScalar(this OnnxGraph graph, string? value, double number) =>
        graph.Scalar(value) is { } scalar && Math.Abs(scalar - number) <= Tolerance * Math.Abs(number);

    /// <summary>The other input of a node with two; null if it does not read the value.</summary>
    public static string? Other(this OnnxNode? node, string value) => node is not { Inputs: [var left, var right] }
        ? null
        : left == value ? right : right == value ? left : null;

    /// <summary>The input of a node with two whose other input is this number; null if neither is.</summary>
    public static string? BesideScalar(this OnnxGraph graph, OnnxNode? node, double number) =>
        node is not { Inputs: [var left, var right] }
            ? null
            : graph.IsScalar(right, number) ? left : graph.IsScalar(left, number) ? right : null;

    /// <summary>The computed input and the constant input of a node with two.</summary>
    public static (string Value, string Constant)? BesideConstant(this OnnxGraph graph, OnnxNode? node)
    {
        if (node is not { Inputs: [var left, var right] }
            || graph.Constant(left) is null == graph.Constant(right) is null)
        {
            return null;
        }

        return graph.Constant(right) is not null ? (left, right) : (right, left);
    }

    /// <summary>The input of the node that computes a value, if it has this type and one input.</summary>
    public static string? Under(this OnnxGraph graph, string value, string type) =>
        graph.Maker(value, type) is { Inputs: [var input] } ? input : null;

    /// <summary>What 1 is divided by to make a value: the input of Reciprocal, or the divisor of 1 / x.</summary>
    public static string? Inverted(this OnnxGraph graph, string value) => graph.Under(value, "Reciprocal")
        ?? (graph.Maker(value, "Div") is { } quotient && graph.IsScalar(quotient.Inputs[0], 1)
            ? quotient.Inputs[1]
            : null);

    /// <summary>The value before nodes without effect in inference: Dropout and Identity.</summary>
    public static string Passed(this OnnxGraph graph, string value)
    {
        while (graph.Maker(value) is { } node && (node.Is("Dropout") || node.Is("Identity")) && node.Output == value)
        {
            value = node.Inputs[0];
        }

        return value;
    }

    /// <summary>Replaces the last node of a pattern. The next sorting drops the other nodes.</summary>
    public static void Fuse(
        this OnnxGraph graph, OnnxNode last, string type, string domain, ImmutableArray<string> inputs,
        params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var fused = new OnnxNode(
            last.Name, type, domain, inputs, [last.Output], ImmutableDictionary<string, object>.Empty);
        foreach (var (name, value) in attributes)
        {
            fused = fused.With(name, value);
        }

        graph.Replace(last, fused);
    }

    /// <summary>Adds a node with one output of a known shape, named after another node. Returns the output.</summary>
    public static string Emit(
        this OnnxGraph graph,
        OnnxNode like,
        string part,
        string type,
        ImmutableArray<string> inputs,
        ImmutableArray<long> shape,
        params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var name = graph.FreshName($"{like.Name}/{part}");
        var node = new OnnxNode(name, type, "", inputs, [name], ImmutableDictionary<string, object>.Empty);
        foreach (var (attribute, value) in attributes)
        {
            node = node.With(attribute, value);
        }

        graph.Add(node);
        graph.Shapes[name] = shape;
        return name;
    }

    public static string EmitReshape(
        this OnnxGraph graph, OnnxNode like, string part, string value, ImmutableArray<long> shape)
    {
        var target = graph.FreshName($"{like.Name}/{part}/shape");
        graph.Constants[target] = OnnxTensor.Of([.. shape]);
        return graph.Emit(like, part, "Reshape", [value, target], shape);
    }

    public static string EmitTranspose(
        this OnnxGraph graph, OnnxNode like, string part, string value, params ImmutableArray<int> order)
    {
        var shape = graph.ShapeOf(value);
        return graph.Emit(
            like, part, "Transpose", [value], [.. order.Select(dimension => shape[dimension])],
            ("perm", order.Select(dimension => (long)dimension).ToArray()));
    }

    /// <summary>The order of a Transpose's dimensions; reversed unless stated.</summary>
    public static ImmutableArray<int> Order(this OnnxNode transpose, int rank) => transpose.Ints("perm") is { } order
        ? [.. order.Select(dimension => (int)dimension)]
        : [.. Enumerable.Range(0, rank).Reverse()];
}
