namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>GRU. Our gates are reset, update, candidate; ONNX's are update, reset, candidate.</summary>
internal static class Gru
{
    private static readonly int[] Gates = [1, 0, 2];

    public static void Export(Graphs.Operators.Gru op, NodeExport node) => new RecurrentLayer("GRU", Gates, op.Reverse)
        .Export(
            node,
            [
                OnnxAttribute.Flag("linear_before_reset", !op.ResetsBefore),
                .. op.Activations is { } other ? RecurrentLayer.Named(other.Gates, other.Candidate) : [],
            ]);
}
