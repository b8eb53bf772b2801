using Ocs.Torch;

namespace Ocs.Training.Distillation;

/// <summary>
/// The losses that compare an output of a network with that of its teacher. Each is a mean, [], float32, owned by the
/// caller. It is 0 if both outputs are equal. Gradients flow to the network's output alone.
/// </summary>
internal static class DistillationLoss
{
    /// <summary>
    /// T² Σ p log(p / q) over the classes, with p = softmax(teacher / T) and q = softmax(output / T).
    /// </summary>
    /// <remarks>Hinton et al. 2015, arXiv 1503.02531.</remarks>
    /// <param name="output">Logits, [N, C, ...]; the mean is over all but C.</param>
    /// <param name="teacher">The same of the teacher.</param>
    /// <param name="temperature">T.</param>
    public static Tensor Softmax(Tensor output, Tensor teacher, double temperature)
    {
        using var own = LogProbabilities(output, temperature);
        using var taught = LogProbabilities(teacher, temperature);
        return Divergence(taught, own, temperature * temperature);
    }

    /// <summary>The same with the classes in the last dimension.</summary>
    /// <param name="output">Logits, [N, ..., C]; the mean is over all but C.</param>
    /// <param name="teacher">The same of the teacher.</param>
    /// <param name="temperature">T.</param>
    public static Tensor SoftmaxOverLast(Tensor output, Tensor teacher, double temperature)
    {
        using var own = Aten.Reshape(output, [-1, output.Shape[^1]]);
        using var taught = Aten.Reshape(teacher, [-1, teacher.Shape[^1]]);
        return Softmax(own, taught, temperature);
    }

    /// <summary>
    /// T² (p log(p / q) + (1 - p) log((1 - p) / (1 - q))) of each value, with p = σ(teacher / T) and q = σ(output / T).
    /// </summary>
    /// <param name="output">Logits, [N, ...]; the mean is over all of them.</param>
    /// <param name="teacher">The same of the teacher.</param>
    /// <param name="temperature">T.</param>
    public static Tensor Sigmoid(Tensor output, Tensor teacher, double temperature)
    {
        using var own = Scaled(output, temperature);
        using var taught = Scaled(teacher, temperature);
        using var ownLog = LogSigmoid(own);
        using var taughtLog = LogSigmoid(taught);

        // log(1 - σ(x)) is log σ(x) - x, so the sum is log p - log q - (1 - p) (teacher - output) / T.
        using var logs = Aten.Sub(taughtLog, ownLog);
        using var opposite = Aten.Neg(taught);
        using var rest = Aten.Sigmoid(opposite);
        using var difference = Aten.Sub(taught, own);
        using var product = Aten.Mul(rest, difference);
        using var divergence = Aten.Sub(logs, product);
        using var mean = Aten.Mean(divergence);
        return Aten.Mul(mean, temperature * temperature);
    }

    /// <summary>(output - teacher)², PyTorch's mse_loss.</summary>
    /// <param name="output">Values, [N, ...]; the mean is over all of them.</param>
    /// <param name="teacher">The same of the teacher.</param>
    public static Tensor Squared(Tensor output, Tensor teacher)
    {
        using var own = output.To(DType.Float32);
        using var taught = teacher.To(DType.Float32);
        using var difference = Aten.Sub(own, taught);
        using var squares = Aten.Square(difference);
        return Aten.Mean(squares);
    }

    /// <summary>
    /// T² (α KL(b' || b) + β KL(r' || r)). b is the probability of the right class and that of all others together. r
    /// is the softmax over the others alone. b' and r' are the teacher's.
    /// </summary>
    /// <remarks>Zhao et al. 2022, arXiv 2203.08679, Eq. 7.</remarks>
    /// <param name="output">Logits, [N, C, ...], C at least 2; the mean is over all but C.</param>
    /// <param name="teacher">The same of the teacher.</param>
    /// <param name="labels">The right classes, [N, ...], int64.</param>
    /// <param name="options">T, α and β.</param>
    public static Tensor Decoupled(Tensor output, Tensor teacher, Tensor labels, DistillationOptions options)
    {
        var factor = options.Temperature * options.Temperature;
        using var own = LogProbabilities(output, options.Temperature);
        using var taught = LogProbabilities(teacher, options.Temperature);
        using var isRight = IsRight(labels, own);
        using var ownPair = RightAndOthers(own, isRight);
        using var taughtPair = RightAndOthers(taught, isRight);
        using var ofRight = Divergence(taughtPair, ownPair, factor * options.Alpha);
        using var ownOthers = AmongOthers(own, isRight);
        using var taughtOthers = AmongOthers(taught, isRight);
        using var ofOthers = Divergence(taughtOthers, ownOthers, factor * options.Beta);
        return Aten.Add(ofRight, ofOthers);
    }

    // log softmax(logits / T) over dimension 1, a row for each place: [M, C].
    private static Tensor LogProbabilities(Tensor logits, double temperature)
    {
        using var scaled = Scaled(logits, temperature);
        using var rows = Rows(scaled);
        return Aten.LogSoftmax(rows, 1);
    }

    private static Tensor Rows(Tensor tensor)
    {
        if (tensor.Rank == 2)
        {
            return tensor.Alias();
        }

        using var last = Aten.Call("aten::movedim", "int", tensor, 1L, -1L)[0];
        return Aten.Reshape(last, [-1, tensor.Shape[1]]);
    }

    private static Tensor Scaled(Tensor logits, double temperature)
    {
        using var wide = logits.To(DType.Float32);
        return Aten.Div(wide, temperature);
    }

    private static Tensor LogSigmoid(Tensor input)
    {
        using var opposite = Aten.Neg(input);
        using var soft = Aten.Softplus(opposite);
        return Aten.Neg(soft);
    }

    // factor times the mean over the rows of Σ p (log p - log q), of the logarithms.
    private static Tensor Divergence(Tensor from, Tensor to, double factor)
    {
        using var probabilities = Aten.Exp(from);
        using var difference = Aten.Sub(from, to);
        using var products = Aten.Mul(probabilities, difference);
        using var sum = Aten.Sum(products);
        return Aten.Mul(sum, factor / from.Shape[0]);
    }

    // [M, C], true if the class is the row's label.
    private static Tensor IsRight(Tensor labels, Tensor rows)
    {
        using var column = Aten.Reshape(labels, [-1, 1]);
        using var classes = Aten.Call("aten::arange", "", rows.Shape[1], DType.Int64, default, labels.Device)[0];
        return Aten.Eq(column, classes);
    }

    // [M, 2]: the logarithms of the right class's probability, and of that of all others together.
    private static Tensor RightAndOthers(Tensor logarithms, Tensor isRight)
    {
        using var factor = isRight.To(DType.Float32);
        using var kept = Aten.Mul(logarithms, factor);
        using var right = Aten.Sum(kept, [1], keepDimensions: true);
        using var others = Filled(logarithms, isRight, double.NegativeInfinity);
        using var rest = Aten.Call("aten::logsumexp", "", others, new long[] { 1 }, true)[0];
        return Aten.Cat([right, rest], 1);
    }

    // [M, C]: the logarithms of the other classes' probabilities where the right one is ruled out; 0 at its place.
    private static Tensor AmongOthers(Tensor logarithms, Tensor isRight)
    {
        using var others = Filled(logarithms, isRight, double.NegativeInfinity);
        using var among = Aten.LogSoftmax(others, 1);
        return Filled(among, isRight, 0);
    }

    private static Tensor Filled(Tensor tensor, Tensor mask, double value) =>
        Aten.Call("aten::masked_fill", "Scalar", tensor, mask, value)[0];
}
