using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Formats.Tests;

/// <summary>
/// Random networks of a few nodes, every operator among them, and values in place of their first parameters.
/// </summary>
internal static class SmallGraphs
{
    // The exponential of an exponential is too large for float32.
    private static readonly ActivationKind[] Kinds =
        [.. Enum.GetValues<ActivationKind>().Where(kind => kind != ActivationKind.Exp)];

    public static Graph Random(ulong seed)
    {
        var draw = new Draw(seed);
        var g = new GraphBuilder($"random{seed}");
        var x = g.Input("image", draw.Of(1, 3), 8, 8);
        x = g.Conv2d("stem", x, 4 * (1 + draw.Below(2)), 3, padding: 1);
        for (var step = 0; step < 6; step++)
        {
            x = Step(g, draw, x, $"step{step}");
        }

        x = g.AdaptiveAveragePool2d("pool", x, draw.Of(1, 2));
        x = g.Dropout("dropout", g.Flatten("flatten", x), 0.5);
        return g.Build(g.Linear("classifier", x, 5));
    }

    /// <summary>Parameters of which no norm is the identity and no counter 0.</summary>
    public static ParameterTable Parameters(Graph graph, ulong seed)
    {
        var table = ParameterTable.Initialize(graph, seed);
        using var _ = Autograd.NoGrad();
        foreach (var spec in graph.Parameters)
        {
            if (spec.Role == ParameterRole.Counter)
            {
                table.Replace(spec.Name, Tensor.Full([], 1_234_567_890_123, DType.Int64));
            }
            else if (spec.Role is not ParameterRole.Weight)
            {
                var drawn = Tensor.Empty(spec.Shape.AsSpan());
                Aten.UniformInPlace(drawn, 0.5, 1.5);
                table.Replace(spec.Name, drawn);
            }
        }

        return table;
    }

    private static Value Step(GraphBuilder g, Draw draw, Value x, string name)
    {
        var shape = g.ShapeOf(x);
        var channels = (int)shape[1];
        switch (draw.Below(8))
        {
            case 0:
                return g.Conv2d(
                    name, x, channels, new(3, 1), padding: new(1, 0), bias: true, groups: draw.Of(1, 2, channels));
            case 1:
                return g.BatchNorm2d(name, x);
            case 2:
                return g.Add(name, g.BatchNorm2d($"{name}.bn", g.Conv2d($"{name}.conv", x, channels, 1)), x);
            case 3:
                return g.Concat(name, 1, x, g.Slice($"{name}.slice", x, 1, channels / 2, channels / 2));
            case 4 when shape[2] >= 8:
                return g.MaxPool2d(name, x, 3, stride: 2, padding: 1);
            case 5 when shape[2] >= 8:
                return g.AveragePool2d(name, x, 3, stride: 1, padding: 1);
            case 6:
                return g.Slice(name, g.Concat($"{name}.join", 1, x, x), 1, 2, channels);
            default:
                return g.Activation(name, x, Kinds[draw.Below(Kinds.Length)], slope: 0.125);
        }
    }

    /// <summary>The same graph, as if it were read from an ONNX file.</summary>
    public static Graph WithOrigin(Graph graph) => graph with
    {
        Origin = new(
            [.. graph.InputNodes.Select((_, place) => new OriginValue($"in{place}", "Float", ["n", null]))],
            [.. graph.Outputs.Select((_, place) => new OriginValue($"out{place}", "Float", ["n", ""]))])
        {
            Opset = 13,
            WeightType = "Float",
            GraphName = "file",
            Metadata = [new("key", "text")],
        },
    };
}
