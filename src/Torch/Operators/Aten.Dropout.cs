using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>Dropout, by the generator of the process, or on a CPU by a given one.</content>
public static partial class Aten
{
    private static readonly AtenOperator DropoutOperator = new("aten::dropout");
    private static readonly AtenOperator FeatureDropoutOperator = new("aten::feature_dropout");
    private static readonly AtenOperator BernoulliOperator = new("aten::bernoulli_", "float");
    private static readonly AtenOperator ScaleOperator = new("aten::div_", "Scalar");

    /// <summary>Zeroes each element with a probability, and scales the others to keep the mean.</summary>
    public static Tensor Dropout(Tensor input, double probability, bool training, Generator? generator = null) =>
        Draws(input, probability, training, generator)
            ? Scaled(input, input.Shape, probability, generator!)
            : Invoke(DropoutOperator, input, probability, training);

    /// <summary>Dropout of whole channels.</summary>
    public static Tensor FeatureDropout(Tensor input, double probability, bool training, Generator? generator = null)
    {
        if (!Draws(input, probability, training, generator))
        {
            return Invoke(FeatureDropoutOperator, input, probability, training);
        }

        var shape = new long[input.Rank];
        Array.Fill(shape, 1);
        (shape[0], shape[1]) = (input.Shape[0], input.Shape[1]);
        return Scaled(input, shape, probability, generator!);
    }

    // libtorch's dropout takes no generator. On other devices only libtorch's dropout can be captured in a graph.
    private static bool Draws(Tensor input, double probability, bool training, Generator? generator) =>
        generator is not null && training && probability is > 0 and < 1 && input.Device.Kind == DeviceKind.Cpu;

    // The same as libtorch's dropout on a CPU, bit for bit from the same random numbers.
    private static Tensor Scaled(Tensor input, ReadOnlySpan<long> shape, double probability, Generator generator)
    {
        using var noise = Empty(shape, input.DType, input.Device);
        InvokeInPlace(BernoulliOperator, noise, 1 - probability, generator);
        InvokeInPlace(ScaleOperator, noise, 1 - probability);
        return Mul(input, noise);
    }
}
