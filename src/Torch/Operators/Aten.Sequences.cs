using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>Layers of transformers and recurrent networks.</content>
public static unsafe partial class Aten
{
    private static readonly AtenOperator EmbeddingOperator = new("aten::embedding");
    private static readonly AtenOperator LayerNormOperator = new("aten::layer_norm");
    private static readonly AtenOperator LstmOperator = new("aten::lstm", "input");
    private static readonly AtenOperator GruOperator = new("aten::gru", "input");
    private static readonly AtenOperator RnnTanhOperator = new("aten::rnn_tanh", "input");
    private static readonly AtenOperator RnnReluOperator = new("aten::rnn_relu", "input");
    private static readonly AtenOperator FlipOperator = new("aten::flip");
    private static readonly AtenOperator TriuOperator = new("aten::triu");

    /// <summary>Rows of a table [V, E] by Int64 indices.</summary>
    public static Tensor Embedding(Tensor weight, Tensor indices) => Invoke(EmbeddingOperator, weight, indices);

    /// <summary>Normalizes over the last dimensions, which have the given sizes.</summary>
    public static Tensor LayerNorm(
        Tensor input, ReadOnlySpan<long> sizes, Tensor? weight, Tensor? bias, double epsilon = 1e-5)
    {
        fixed (long* list = sizes)
        {
            return Invoke(LayerNormOperator, input, OperatorArgument.Pinned(list, sizes.Length), weight, bias, epsilon);
        }
    }

    /// <summary>
    /// One layer and direction of an LSTM over [N, T, I], from a hidden state and a cell [N, H]. Returns the outputs of
    /// all steps and the last cell [N, H].
    /// </summary>
    public static (Tensor Steps, Tensor Cell) Lstm(
        Tensor input, Tensor hidden, Tensor cell, ReadOnlySpan<Tensor> parameters, bool training)
    {
        using var first = Unsqueeze(hidden, 0);
        using var firstCell = Unsqueeze(cell, 0);
        var results = Sequence(LstmOperator, input, OperatorArgument.List([first, firstCell]), parameters, training);
        results[1].Dispose();
        using var last = results[2];
        return (results[0], Select(last, 0, 0));
    }

    /// <summary>
    /// One layer and direction of a GRU over [N, T, I], from a state [N, H]. Returns the outputs of all steps.
    /// </summary>
    public static Tensor Gru(Tensor input, Tensor hidden, ReadOnlySpan<Tensor> parameters, bool training)
        => Outputs(GruOperator, input, hidden, parameters, training);

    /// <summary>One layer and direction of an RNN with tanh or ReLU.</summary>
    public static Tensor Rnn(
        Tensor input, Tensor hidden, ReadOnlySpan<Tensor> parameters, bool training, bool relu = false)
        => Outputs(relu ? RnnReluOperator : RnnTanhOperator, input, hidden, parameters, training);

    /// <summary>A copy with reversed dimensions.</summary>
    public static Tensor Flip(Tensor input, ReadOnlySpan<long> dimensions) =>
        WithSizes(FlipOperator, input, dimensions);

    /// <summary>A copy of matrices with zeros below a diagonal: 0 is the main diagonal, 1 the one above.</summary>
    public static Tensor Triu(Tensor input, long diagonal = 0) => Invoke(TriuOperator, input, diagonal);

    private static Tensor Outputs(
        AtenOperator op, Tensor input, Tensor hidden, ReadOnlySpan<Tensor> parameters, bool training)
    {
        using var first = Unsqueeze(hidden, 0);
        var results = Sequence(op, input, first, parameters, training);
        results[1].Dispose();
        return results[0];
    }

    private static Tensor[] Sequence(
        AtenOperator op, Tensor input, OperatorArgument states, ReadOnlySpan<Tensor> parameters, bool training)
    {
        const int BiasedParameters = 4;
        return InvokeMany(
            op,
            [
                input,
                states,
                OperatorArgument.List(parameters.ToArray()),
                parameters.Length == BiasedParameters,
                /* layers */ 1L,
                /* dropout */ 0.0, training, /* bidirectional */ false, /* batch first */ true,
            ]);
    }
}
