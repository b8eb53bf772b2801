using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// The next token of a text, at each position: the first output is [N, L, V] of logits, the first target [N, L] of
/// tokens, int64. The loss is cross-entropy in nats, the mean over all positions.
/// </summary>
/// <remarks>
/// A sample is a window of L tokens, and its loss is the mean over them: so the mean over samples is that over tokens.
/// No teacher can be used, because distillation takes the dimension after the samples as the classes, where this output
/// has its positions.
/// </remarks>
/// <param name="vocabulary">The tokens by their numbers, in the order of the logits.</param>
public sealed class NextToken(TextVocabulary vocabulary) : ITask<ImmutableArray<int>>
{
    // A guesser is better than it is by this many standard deviations once in 40 times.
    private const double Deviations = 2;

    private static readonly Metric Perplexity = new("perplexity", HigherIsBetter: false);
    private static readonly Metric BitsPerByte = new("bits-per-byte", HigherIsBetter: false);
    private static readonly Metric BitsPerCharacter = new("bits-per-character", HigherIsBetter: false);
    private static readonly Metric TokenAccuracy = new("token-accuracy", IsFraction: true);

    /// <summary>The tokens by their numbers, in the order of the logits.</summary>
    public TextVocabulary Vocabulary { get; } = vocabulary;

    /// <summary>Probability mass that the target shares with all tokens in training, in [0, 1).</summary>
    public double LabelSmoothing { get; init; }

    /// <inheritdoc/>
    public string Name => "next-token";

    /// <summary>
    /// Perplexity, e to the loss: among how many equally likely tokens the network would have to guess. The same loss
    /// in bits a character, or a byte. The fraction of positions where the likeliest token is the right one.
    /// </summary>
    public ImmutableArray<Metric> Metrics =>
        [Perplexity, Vocabulary.Unit == TextUnit.Byte ? BitsPerByte : BitsPerCharacter, TokenAccuracy];

    /// <inheritdoc/>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var rows = Rows(outputs[0]);
        using var targets = Targets(outputs[0], batch);
        return Aten.CrossEntropy(rows, targets, LabelSmoothing);
    }

    /// <inheritdoc/>
    public Tensor LossSum(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var rows = Rows(outputs[0]);
        using var targets = Targets(outputs[0], batch);
        using var mean = Aten.CrossEntropy(rows, targets);
        return Aten.Mul(mean, batch.Count);
    }

    /// <summary>Output 0 has the logits of all tokens at each place.</summary>
    public OutputActivation ActivationOf(int output) =>
        output == 0 ? OutputActivation.SoftmaxOverLast : OutputActivation.None;

    /// <inheritdoc/>
    public IMetricTally CreateTally() => new TokenTally();

    /// <summary>
    /// To guess each token as often as it comes in the text is the best guess that knows no context: its perplexity is
    /// e to the entropy of the tokens' frequencies. Null if the data set is no text.
    /// </summary>
    public Guessing? Guess(IDataset data)
    {
        if (data is not TextDataset { Tokens.Length: > 0 } text)
        {
            return null;
        }

        var counts = new long[text.Vocabulary.Count];
        foreach (var token in text.Tokens)
        {
            counts[token]++;
        }

        double[] shares = [.. counts.Where(count => count > 0).Select(count => (double)count / text.Tokens.Length)];
        var entropy = -shares.Sum(share => share * Math.Log(share));
        var variance = shares.Sum(share => share * Math.Pow(Math.Log(share) + entropy, 2));
        var (value, error) = (Math.Exp(entropy), Deviations * Math.Sqrt(variance / text.Tokens.Length));
        return new(Perplexity, value, value - Math.Exp(entropy - error), text.Count);
    }

    /// <inheritdoc/>
    public void Check(Graph graph, IDataset data)
    {
        var shape = graph.Nodes[graph.Outputs[0]].Shape;
        if (shape is not [_, var length, var tokens] || length != data.InputShapes[0][^1])
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' gives {NodeShapes.Show(shape)}, but {data.Name} takes logits of each token "
                + $"at each of {data.InputShapes[0][^1]} positions; give a network for texts.");
        }

        if (tokens != Vocabulary.Count)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' has a vocabulary of {tokens} tokens, but {data.Name} has {Vocabulary.Count}; "
                + $"build the network with as many classes.");
        }

        if (data is TextDataset text && text.Vocabulary.Characters != Vocabulary.Characters)
        {
            throw new OcsInputException(
                $"{data.Name} numbers its tokens by another vocabulary than the task; "
                + $"give the task the `{nameof(text.Vocabulary)}` of the data.");
        }
    }

    /// <summary>The likeliest next token at each position of each sample, by its number.</summary>
    public ImmutableArray<ImmutableArray<int>> Decode(IReadOnlyList<Tensor> outputs)
    {
        using var _ = Autograd.NoGrad();
        using var chosen = Aten.Argmax(outputs[0], 2);
        using var here = chosen.To(Device.Cpu);
        return
        [
            .. here.ToArray<long>().Chunk((int)chosen.Shape[1])
                .Select(ImmutableArray<int> (row) => [.. row.Select(token => (int)token)]),
        ];
    }

    /// <summary>[N L, V] of logits [N, L, V], a row for each position.</summary>
    internal static Tensor Rows(Tensor logits) => Aten.Reshape(logits, [-1, logits.Shape[^1]]);

    /// <summary>[N L] of the tokens that the positions of the logits have to predict.</summary>
    internal static Tensor Targets(Tensor logits, Batch batch) =>
        batch.Labels.Rank == 2 && logits.Shape[..^1].SequenceEqual(batch.Labels.Shape)
            ? Aten.Reshape(batch.Labels, [-1])
            : throw new OcsInputException(
                $"The logits are {Shown(logits)}, but the tokens to predict are {Shown(batch.Labels)}; give a target "
                + "[N, L] for logits [N, L, V].");

    private static string Shown(Tensor tensor) => $"[{string.Join(", ", tensor.Shape.ToArray())}]";
}
