using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>RNN with tanh or ReLU.</summary>
internal static class Rnn
{
    private static readonly int[] Gates = [0];

    public static void Export(Graphs.Operators.Rnn op, NodeExport node) => new RecurrentLayer("RNN", Gates, op.Reverse)
        .Export(node, RecurrentLayer.Named(op.Relu ? RecurrentActivation.Relu : RecurrentActivation.Tanh));
}
