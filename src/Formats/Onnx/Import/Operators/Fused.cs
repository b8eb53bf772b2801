using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Operators that only patterns create.</summary>
internal static class Fused
{
    public static void Import(NodeImport node)
    {
        switch (node.Node.Type)
        {
            case "Linear":
                Product.Linear(node, node.Any(0), node.Constant(1), node.Arguments.Constant(2));
                break;
            case "Silu":
                Apply(node, new Graphs.Operators.Activation(ActivationKind.Silu));
                break;
            case "Normalize":
                Apply(node, new Normalize());
                break;
            case "ChannelShuffle":
                node.Output(node.Builder.ChannelShuffle(node.Name, node.Input(), (int)node.Node.Int("groups", 1)));
                break;
            case "RmsNorm":
                Apply(
                    node,
                    new RmsNorm(node.Node.Float("epsilon", 0)),
                    node.Parameter(1, "weight", ParameterRole.NormWeight));
                break;
            case "ScaledDotProductAttention":
                Attention(node);
                break;
            default:
                throw OnnxOperators.Unknown(node.Node);
        }
    }

    private static void Apply(NodeImport node, Operator op, params ParameterSpec[] specs)
    {
        var x = node.Any(0);
        node.Output(x with { Value = node.Builder.Add(node.Name, op, [x.Value], specs) });
    }

    private static void Attention(NodeImport node)
    {
        var (q, k, v) = (node.Any(0), node.Any(1), node.Any(2));
        if (q.Batch != k.Batch || q.Batch != v.Batch || q.Batch >= node.ShapeOf(q.Value).Length - 2)
        {
            throw node.Error("the batch is another dimension in its inputs, or one that is multiplied");
        }

        Value Bias(int input) => node.IsConstant(input)
            ? AttentionBias.Import(node, node.Constant(input), q)
            : node.Any(input) is var bias && bias.Batch == q.Batch ? bias.Value
            : throw node.Error("the batch is another dimension in its bias");

        var op = new ScaledDotProductAttention(node.Node.Float("scale", 1))
        {
            IsCausal = node.Node.Int("causal", 0) != 0,
        };
        var biases = Enumerable.Range(3, node.Node.Inputs.Length - 3).Select(Bias);
        node.Output(q with { Value = node.Builder.Add(node.Name, op, [q.Value, k.Value, v.Value, .. biases], []) });
    }
}
