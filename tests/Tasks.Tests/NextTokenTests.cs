using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks.Tests;

[NoTensorLeaks]
public sealed class NextTokenTests : IDisposable
{
    private const int Samples = 3;
    private const int Length = 4;
    private const int Tokens = 5;

    private static readonly TextVocabulary Vocabulary = TextVocabulary.OfCharacters("abcde");

    private readonly TemporaryFolder _folder = new();
    private readonly float[] _logits = new Dice(4).Floats(Samples * Length * Tokens, -2, 2);
    private readonly long[] _right = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 4, 4];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void The_loss_is_the_mean_cross_entropy_of_all_tokens(double smoothing)
    {
        var task = new NextToken(Vocabulary) { LabelSmoothing = smoothing };
        using var logits = Logits(0, Samples);
        using var batch = Targets(0, Samples);
        using var loss = task.Loss([logits], batch);
        using var sum = task.LossSum([logits], batch);
        var smooth = Enumerable.Range(0, Samples * Length).Average(place =>
            ((1 - smoothing) * -LogShare(place, _right[place]))
            + (smoothing * Enumerable.Range(0, Tokens).Average(token => -LogShare(place, token))));
        Assert.Equal(smooth, loss.Item<double>(), 1e-5);
        Assert.Equal(Samples * Loss(), sum.Item<double>(), 1e-5);
        Assert.Null(((ITask)task).Score([logits], batch));
        Assert.Equal(OutputActivation.SoftmaxOverLast, task.ActivationOf(0));
    }

    [Fact]
    public void Metrics_are_those_of_all_tokens_whatever_the_batches()
    {
        ITask task = new NextToken(Vocabulary);
        var tally = task.CreateTally();
        foreach (var (first, count) in new[] { (0, 2), (2, 1) })
        {
            using var logits = Logits(first, count);
            using var batch = Targets(first, count);
            tally.Add([logits], batch);
        }

        var values = tally.Values(Samples, Loss(), new OneProcess());
        Assert.Equal(
            ["perplexity", "bits-per-character", "token-accuracy"], task.Metrics.Select(metric => metric.Name));
        Assert.Equal(Math.Exp(Loss()), values[0], 1e-9);
        Assert.Equal(Loss() * 1.4426950408889634, values[1], 1e-9);
        var found = Enumerable.Range(0, Samples * Length).Count(place => Likeliest(place) == _right[place]);
        Assert.Equal(found / 12.0, values[2], 1e-9);
        Assert.True(task.Metrics[0].IsBetter(6, 7));
        Assert.Equal("bits-per-byte", new NextToken(TextVocabulary.OfBytes).Metrics[1].Name);
    }

    [Fact]
    public void Predictions_are_the_likeliest_tokens_of_all_positions()
    {
        using var logits = Logits(0, Samples);
        var decoded = new NextToken(Vocabulary).Decode([logits]);
        Assert.Equal(
            Enumerable.Range(0, Samples * Length).Select(Likeliest).Chunk(Length),
            decoded.Select(row => row.ToArray()));
    }

    // 60 a, 20 b, 10 c and 10 d: an entropy of 1.0889 nats.
    [Fact]
    public void The_best_guess_knows_how_often_each_token_comes()
    {
        var text = string.Concat(Enumerable.Repeat("aaaaaabbcd", 120));
        var corpus = TextCorpus.Read(_folder.Write("t.txt", text), new() { Length = 2 });
        var guess = new NextToken(corpus.Vocabulary).Guess(corpus.Validation)!;
        var entropy = -(0.6 * Math.Log(0.6)) - (0.2 * Math.Log(0.2)) - (2 * 0.1 * Math.Log(0.1));
        Assert.Equal(Math.Exp(entropy), guess.Value, 1e-9);
        Assert.Equal(59, guess.Samples);
        Assert.InRange(guess.Slack, 0.1, 0.5);
        Assert.True(guess.Explains(guess.Value) && guess.Explains(4) && !guess.Explains(2.2));
        Assert.True(guess.IsLost(before: 1.2, after: 2.8) && !guess.IsLost(before: 1.2, after: 1.6));
        using var other = new TensorDataset("none", [Tensor.Zeros([1, 2])], []);
        Assert.Null(new NextToken(corpus.Vocabulary).Guess(other));
    }

    [Fact]
    public void A_network_or_data_that_do_not_fit_are_refused()
    {
        var text = string.Concat(Enumerable.Repeat("abcde", 20));
        var corpus = TextCorpus.Read(_folder.Write("t.txt", text), new() { Length = 4 });
        var task = new NextToken(corpus.Vocabulary);
        task.Check(Network(4, 5), corpus.Train);
        Assert.Equal(
            "Network 'text' has a vocabulary of 6 tokens, but t.txt has 5; build the network with as many classes.",
            Error(() => task.Check(Network(4, 6), corpus.Train)));
        Assert.Equal(
            "Network 'text' gives [1, 5], but t.txt takes logits of each token at each of 4 positions; give a network "
            + "for texts.",
            Error(() => task.Check(Network(4, 5, isClassifier: true), corpus.Train)));
        Assert.Equal(
            "t.txt numbers its tokens by another vocabulary than the task; give the task the `Vocabulary` of the data.",
            Error(() => new NextToken(TextVocabulary.OfCharacters("abcdf")).Check(Network(4, 5), corpus.Train)));
        using var logits = Logits(0, Samples);
        using var batch = Targets(0, 2);
        Assert.Equal(
            "The logits are [3, 4, 5], but the tokens to predict are [2, 4]; "
            + "give a target [N, L] for logits [N, L, V].",
            Error(() => task.Loss([logits], batch)));

        static string Error(Action check) => Assert.Throws<OcsInputException>(check).Message;
    }

    private static Graph Network(long length, long tokens, bool isClassifier = false)
    {
        var g = new GraphBuilder("text");
        var x = g.Embedding("words", g.Input("input", length), tokens, 3);
        return g.Build(g.Linear("head", isClassifier ? g.Select("last", x, 1, 3) : x, tokens));
    }

    private double Loss() => Enumerable.Range(0, Samples * Length).Average(place => -LogShare(place, _right[place]));

    private double LogShare(int place, long token) =>
        _logits[(place * Tokens) + token]
        - Math.Log(_logits.Skip(place * Tokens).Take(Tokens).Sum(logit => Math.Exp(logit)));

    private int Likeliest(int place) => Enumerable.Range(0, Tokens).MaxBy(token => _logits[(place * Tokens) + token]);

    private Tensor Logits(int first, int count) => Tensor.FromArray<float>(
        _logits.AsSpan(first * Length * Tokens, count * Length * Tokens), [count, Length, Tokens]);

    private Batch Targets(int first, int count) => new(
        0, [Tensor.Zeros([count, Length])], [
            Tensor.FromArray<long>(_right.AsSpan(first * Length, count * Length), [count, Length])]);
}
