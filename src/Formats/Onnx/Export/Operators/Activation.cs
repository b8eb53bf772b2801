using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>An activation -> the operator of the same name, or its formula if the operator set has none.</summary>
internal static class Activation
{
    public static void Export(Graphs.Operators.Activation op, NodeExport node)
    {
        var x = node.Input;
        switch (op.Kind)
        {
            case ActivationKind.Relu: node.Emit("Relu", [x]); break;
            case ActivationKind.Relu6: node.Emit("Clip", [x, node.Scalar("min", 0), node.Scalar("max", 6)]); break;
            case ActivationKind.LeakyRelu: node.Emit("LeakyRelu", [x], OnnxAttribute.Float("alpha", op.Slope)); break;
            case ActivationKind.Elu: node.Emit("Elu", [x], OnnxAttribute.Float("alpha", op.Slope)); break;
            case ActivationKind.Sigmoid: node.Emit("Sigmoid", [x]); break;
            case ActivationKind.Tanh: node.Emit("Tanh", [x]); break;
            case ActivationKind.Silu: node.Emit("Mul", [x, node.EmitPart("sigmoid", "Sigmoid", [x])]); break;
            case ActivationKind.Gelu: Gelu(x, node); break;
            case ActivationKind.HardSwish: HardSwish(x, node); break;
            case ActivationKind.HardSigmoid: node.Emit("HardSigmoid", [x], Sixth, Half); break;
            case ActivationKind.Softplus: node.Emit("Softplus", [x]); break;
            case ActivationKind.Mish: Mish(x, node); break;
            case ActivationKind.Selu: node.Emit("Selu", [x]); break;
            case ActivationKind.Celu: Celu(x, op.Slope, node); break;
            case ActivationKind.GeluTanh: GeluTanh(x, node); break;
            case ActivationKind.Exp: node.Emit("Exp", [x]); break;
            default: throw new InvalidOperationException($"Activation {op.Kind} has no ONNX form.");
        }
    }

    private static OnnxAttribute Sixth => OnnxAttribute.Float("alpha", 1.0 / 6);

    private static OnnxAttribute Half => OnnxAttribute.Float("beta", 0.5);

    // alpha ELU(x / alpha)
    private static void Celu(string x, double alpha, NodeExport node)
    {
        if (node.Opset >= 12)
        {
            node.Emit("Celu", [x], OnnxAttribute.Float("alpha", alpha));
            return;
        }

        var factor = node.Scalar("alpha", alpha);
        node.Emit("Mul", [node.EmitPart("elu", "Elu", [node.EmitPart("scaled", "Div", [x, factor])]), factor]);
    }

    // x * min(max(x / 6 + 1 / 2, 0), 1)
    private static void HardSwish(string x, NodeExport node)
    {
        if (node.Opset >= 14)
        {
            node.Emit("HardSwish", [x]);
            return;
        }

        node.Emit("Mul", [x, node.EmitPart("sigmoid", "HardSigmoid", [x], Sixth, Half)]);
    }

    // x / 2 * (1 + erf(x / sqrt(2)))
    private static void Gelu(string x, NodeExport node)
    {
        if (node.Opset >= 20)
        {
            node.Emit("Gelu", [x]);
            return;
        }

        var scaled = node.EmitPart("scaled", "Mul", [x, node.Scalar("sqrt_half", Math.Sqrt(0.5))]);
        var erf = node.EmitPart("erf", "Erf", [scaled]);
        var sum = node.EmitPart("sum", "Add", [erf, node.Scalar("one", 1)]);
        var product = node.EmitPart("product", "Mul", [x, sum]);
        node.Emit("Mul", [product, node.Scalar("half", 0.5)]);
    }

    // x / 2 * (1 + tanh(sqrt(2 / pi) * x * (1 + 0.044715 x * x)))
    private static void GeluTanh(string x, NodeExport node)
    {
        if (node.Opset >= 20)
        {
            node.Emit("Gelu", [x], OnnxAttribute.Text("approximate", "tanh"));
            return;
        }

        var one = node.Scalar("one", 1);
        var square = node.EmitPart("square", "Mul", [x, x]);
        var bent = node.EmitPart("bent", "Mul", [square, node.Scalar("bend", 0.044715)]);
        var factor = node.EmitPart("factor", "Add", [bent, one]);
        var scaled = node.EmitPart("scaled", "Mul", [x, node.Scalar("scale", Math.Sqrt(2 / Math.PI))]);
        var tanh = node.EmitPart("tanh", "Tanh", [node.EmitPart("inner", "Mul", [scaled, factor])]);
        var product = node.EmitPart("product", "Mul", [x, node.EmitPart("sum", "Add", [tanh, one])]);
        node.Emit("Mul", [product, node.Scalar("half", 0.5)]);
    }

    // x * tanh(softplus(x))
    private static void Mish(string x, NodeExport node)
    {
        if (node.Opset >= 18)
        {
            node.Emit("Mish", [x]);
            return;
        }

        var softplus = node.EmitPart("softplus", "Softplus", [x]);
        node.Emit("Mul", [x, node.EmitPart("tanh", "Tanh", [softplus])]);
    }
}
