namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>LSTM. Our gates are input, forget, cell, output; ONNX's are input, output, forget, cell.</summary>
internal static class Lstm
{
    private static readonly int[] Gates = [0, 3, 1, 2];
    private static readonly int[] Peepholes = [0, 2, 1];

    public static void Export(Graphs.Operators.Lstm op, NodeExport node)
    {
        var layer = new RecurrentLayer("LSTM", Gates, op.Reverse)
        {
            Peepholes = op.Peepholes ? Peepholes : [],
            WithCell = op.WithCell,
        };
        layer.Export(
            node,
            op.Activations is { } other ? RecurrentLayer.Named(other.Gates, other.Candidate, other.Output) : []);
    }
}
