using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Norm layers, by running statistics or by those of the value.</summary>
internal static class Normalization
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;

    public static void Batch(NodeImport node)
    {
        var x = Images.Of(node, node.Input());
        var weight = node.Parameter(1, "weight", ParameterRole.NormWeight);
        ParameterSpec[] specs =
        [
            weight,
            node.Parameter(2, "bias", ParameterRole.NormBias),
            node.Parameter(3, "running_mean", ParameterRole.Buffer),
            node.Parameter(4, "running_var", ParameterRole.Buffer),
            node.Parameters.Fill(
                ImportedParameters.Beside(weight, node.Name, "num_batches_tracked"), [], ParameterRole.Counter, 0),
        ];

        // ONNX's momentum is the share of the old statistics. Networks exported for inference state 1, which would
        // never update them.
        var share = 1 - node.Node.Float("momentum", 0.9);
        var op = new BatchNorm2d(node.Node.Float("epsilon", Epsilon), share > 0 ? Math.Round(share, 6) : Momentum);
        node.Output(Images.Back(node, name => node.Builder.Add(name, op, [x], specs)));
    }

    public static void Layer(NodeImport node)
    {
        var x = node.Any(0);
        var shape = node.ShapeOf(x.Value);
        var axis = node.Arguments.Axis(-1, shape.Length);
        if (x.Batch >= axis || node.Node.OutputOrNull(1) is not null || node.Node.OutputOrNull(2) is not null)
        {
            throw node.Error("it normalises over the batch, or also gives its statistics");
        }

        var normalised = shape[axis..];
        ParameterSpec[] specs = node.Node.InputOrNull(1) is null ? [] :
        [
            node.Parameter(1, "weight", ParameterRole.NormWeight, normalised),
            node.Node.InputOrNull(2) is not null
                ? node.Parameter(2, "bias", ParameterRole.NormBias, normalised)
                : node.Parameters.Fill($"{node.Name}.bias", normalised, ParameterRole.NormBias, 0),
        ];
        var op = new LayerNorm(node.Node.Float("epsilon", Epsilon), shape.Length - axis);
        node.Output(x with { Value = node.Builder.Add(node.Name, op, [x.Value], specs) });
    }

    public static void RootMeanSquare(NodeImport node)
    {
        var x = node.Any(0);
        var rank = node.ShapeOf(x.Value).Length;
        if (node.Arguments.Axis(-1, rank) != rank - 1 || x.Batch == rank - 1)
        {
            throw node.Error("it normalises over several dimensions, or over the batch");
        }

        var op = new RmsNorm(node.Node.Float("epsilon", Epsilon));
        ParameterSpec[] specs = [node.Parameter(1, "weight", ParameterRole.NormWeight)];
        node.Output(x with { Value = node.Builder.Add(node.Name, op, [x.Value], specs) });
    }

    public static void Instance(NodeImport node)
    {
        var x = Images.Of(node, node.Input());
        var op = new InstanceNorm2d(node.Node.Float("epsilon", Epsilon));
        node.Output(
            Images.Back(
                node, name => node.Builder.Add(name, op, [x], Affine(node, node.Constant(1), node.Constant(2)))));
    }

    public static void Group(NodeImport node)
    {
        var x = node.Input();
        var groups = node.Node.Int("num_groups", 0);
        var channels = node.ShapeOf(x)[1];
        var op = new GroupNorm((int)groups, node.Node.Float("epsilon", Epsilon));

        // Before opset 21 there was one scale per group.
        OnnxTensor PerChannel(OnnxTensor constant) => constant.Count == channels || constant.Count != groups
            ? constant
            : OnnxTensor.Of(
                OnnxKind.Float,
                [channels],
                [.. constant.Numbers.SelectMany(number => Enumerable.Repeat(number, (int)(channels / groups)))]);

        ParameterSpec[] specs = node.Node.InputOrNull(1) is null
            ? []
            : Affine(node, PerChannel(node.Constant(1)), PerChannel(node.Constant(2)));
        node.Output(node.Builder.Add(node.Name, op, [x], specs));
    }

    public static void Local(NodeImport node)
    {
        var op = new LocalResponseNorm(
            (int)Math.Clamp(node.Node.Int("size", 0), 0, int.MaxValue), node.Node.Float("alpha", 1e-4),
            node.Node.Float("beta", 0.75), node.Node.Float("bias", 1));
        node.Output(node.Builder.Add(node.Name, op, [node.Input()], []));
    }

    private static ParameterSpec[] Affine(NodeImport node, OnnxTensor scale, OnnxTensor bias) =>
    [
        node.Parameter(scale, "weight", ParameterRole.NormWeight, [scale.Count]),
        node.Parameter(bias, "bias", ParameterRole.NormBias, [bias.Count]),
    ];
}
