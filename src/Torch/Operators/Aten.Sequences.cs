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

    /// <summary>Normalises over the last dimensions, whose sizes are given.</summary>
    public static Tensor LayerNorm(
        Tensor input, ReadOnlySpan<long> sizes, Tensor? weight, Tensor? bias, double epsilon = 1e-5)
    {
        fixed (long* list = sizes)
        {
            return Invoke(LayerNormOperator, input, OperatorArgument.Pinned(list, sizes.Length), weight, bias, epsilon);
        }
    }

    /// <summary>
    /// One layer and direction over [N, T, I], from a hidden state and a cell [N, H]; the outputs of all steps and the
    /// last cell [N, H].
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

    /// <summary>One layer and direction of a GRU over [N, T, I], from a state [N, H]: the outputs of all steps.
    /// </summary>
    public static Tensor Gru(Tensor input, Tensor hidden, ReadOnlySpan<Tensor> parameters, bool training)
        => Outputs(GruOperator, input, hidden, parameters, training);

    /// <summary>The same without gates, by tanh or ReLU.</summary>
    public static Tensor Rnn(
        Tensor input, Tensor hidden, ReadOnlySpan<Tensor> parameters, bool training, bool relu = false)
        => Outputs(relu ? RnnReluOperator : RnnTanhOperator, input, hidden, parameters, training);

    /// <summary>Indices in the opposite order, a copy.</summary>
    public static Tensor Flip(Tensor input, ReadOnlySpan<long> dimensions) =>
        WithSizes(FlipOperator, input, dimensions);

    /// <summary>
    /// A copy of matrices that is 0 below a diagonal: 0 for the main diagonal, 1 for the one above it.
    /// </summary>
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
