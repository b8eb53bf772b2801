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
    /// One layer and direction over [N, T, I], hidden state and cell from one zero state [1, N, H]; the outputs of all
    /// steps.
    /// </summary>
    public static Tensor Lstm(Tensor input, Tensor zeroState, ReadOnlySpan<Tensor> parameters, bool training)
        => Sequence(LstmOperator, input, OperatorArgument.List([zeroState, zeroState]), parameters, training);

    /// <summary>The same for a GRU.</summary>
    public static Tensor Gru(Tensor input, Tensor zeroState, ReadOnlySpan<Tensor> parameters, bool training)
        => Sequence(GruOperator, input, zeroState, parameters, training);

    /// <summary>Indices in the opposite order, a copy.</summary>
    public static Tensor Flip(Tensor input, ReadOnlySpan<long> dimensions) =>
        WithSizes(FlipOperator, input, dimensions);

    /// <summary>
    /// A copy of matrices that is 0 below a diagonal: 0 for the main diagonal, 1 for the one above it.
    /// </summary>
    public static Tensor Triu(Tensor input, long diagonal = 0) => Invoke(TriuOperator, input, diagonal);

    private static Tensor Sequence(
        AtenOperator op, Tensor input, OperatorArgument states, ReadOnlySpan<Tensor> parameters, bool training)
    {
        const int BiasedParameters = 4;
        var results = InvokeMany(
            op,
            [
                input,
                states,
                OperatorArgument.List(parameters.ToArray()),
                parameters.Length == BiasedParameters,
                /* layers */ 1L,
                /* dropout */ 0.0, training, /* bidirectional */ false, /* batch first */ true,
            ]);
        Array.ForEach(results[1..], state => state.Dispose());
        return results[0];
    }
}
