using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Sub, Mul, Div, Max, Min, Pow, Mod.</summary>
internal static class Arithmetic
{
    public static void Export(Graphs.Operators.Arithmetic op, NodeExport node) => node.Emit(
        op.Kind switch
        {
            ArithmeticKind.Subtract => "Sub",
            ArithmeticKind.Multiply => "Mul",
            ArithmeticKind.Divide => "Div",
            ArithmeticKind.Maximum => "Max",
            ArithmeticKind.Minimum => "Min",
            ArithmeticKind.Power => "Pow",
            ArithmeticKind.Remainder => "Mod",
            _ => throw new InvalidOperationException($"Arithmetic {op.Kind} has no ONNX form."),
        },
        node.Inputs.AsSpan(),
        op.Kind == ArithmeticKind.Remainder ? [OnnxAttribute.Flag("fmod", true)] : []);
}
