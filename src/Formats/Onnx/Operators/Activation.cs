using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Operators;

/// <summary>Activations -> ONNX's of the same name, or their formula where opset 17 has none.</summary>
internal static class Activation
{
    public static void Export(Graphs.Operators.Activation op, NodeExport node)
    {
        var x = node.Inputs[0];
        switch (op.Kind)
        {
            case ActivationKind.Relu: node.Emit("Relu", [x]); break;
            case ActivationKind.Relu6:
                node.Emit("Clip", [x, node.Constant("min", 0f), node.Constant("max", 6f)]);
                break;
            case ActivationKind.LeakyRelu: node.Emit("LeakyRelu", [x], NodeExport.Attribute("alpha", op.Slope)); break;
            case ActivationKind.Elu: node.Emit("Elu", [x], NodeExport.Attribute("alpha", op.Slope)); break;
            case ActivationKind.Sigmoid: node.Emit("Sigmoid", [x]); break;
            case ActivationKind.Tanh: node.Emit("Tanh", [x]); break;
            case ActivationKind.Silu: node.Emit("Mul", [x, node.EmitPart("sigmoid", "Sigmoid", [x])]); break;
            case ActivationKind.Gelu: Gelu(x, node); break;
            case ActivationKind.HardSwish: node.Emit("HardSwish", [x]); break;
            case ActivationKind.HardSigmoid:
                node.Emit(
                    "HardSigmoid", [x], NodeExport.Attribute("alpha", 1.0 / 6), NodeExport.Attribute("beta", 0.5));
                break;
            case ActivationKind.Softplus: node.Emit("Softplus", [x]); break;
            case ActivationKind.Mish: Mish(x, node); break;
            case ActivationKind.Selu: node.Emit("Selu", [x]); break;
            case ActivationKind.Celu: node.Emit("Celu", [x], NodeExport.Attribute("alpha", op.Slope)); break;
            case ActivationKind.GeluTanh: GeluTanh(x, node); break;
            default: throw new InvalidOperationException($"Activation {op.Kind} has no ONNX form.");
        }
    }

    // x / 2 * (1 + erf(x / sqrt(2)))
    private static void Gelu(string x, NodeExport node)
    {
        var scaled = node.EmitPart("scaled", "Mul", [x, node.Constant("sqrt_half", MathF.Sqrt(0.5f))]);
        var erf = node.EmitPart("erf", "Erf", [scaled]);
        var sum = node.EmitPart("sum", "Add", [erf, node.Constant("one", 1f)]);
        var product = node.EmitPart("product", "Mul", [x, sum]);
        node.Emit("Mul", [product, node.Constant("half", 0.5f)]);
    }

    // x / 2 * (1 + tanh(sqrt(2 / pi) * x * (1 + 0.044715 x * x)))
    private static void GeluTanh(string x, NodeExport node)
    {
        var one = node.Constant("one", 1f);
        var square = node.EmitPart("square", "Mul", [x, x]);
        var bent = node.EmitPart("bent", "Mul", [square, node.Constant("bend", 0.044715f)]);
        var factor = node.EmitPart("factor", "Add", [bent, one]);
        var scaled = node.EmitPart("scaled", "Mul", [x, node.Constant("scale", MathF.Sqrt(2 / MathF.PI))]);
        var tanh = node.EmitPart("tanh", "Tanh", [node.EmitPart("inner", "Mul", [scaled, factor])]);
        var product = node.EmitPart("product", "Mul", [x, node.EmitPart("sum", "Add", [tanh, one])]);
        node.Emit("Mul", [product, node.Constant("half", 0.5f)]);
    }

    // x * tanh(softplus(x))
    private static void Mish(string x, NodeExport node)
    {
        var softplus = node.EmitPart("softplus", "Softplus", [x]);
        node.Emit("Mul", [x, node.EmitPart("tanh", "Tanh", [softplus])]);
    }
}
