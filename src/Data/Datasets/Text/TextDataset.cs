using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// Windows of a text: the input is L tokens [L], and the target those that follow each of them, [L], int64.
/// </summary>
/// <remarks>
/// In evaluation, windows lie side by side from the start of the text. Every token is predicted once, except the first
/// one and those of an incomplete last window. In training, each epoch shifts all windows by a random number from 0 to
/// L - 1, and takes them in random order. So an epoch sees each token once, and over the epochs each token stands at
/// each place of a window. If an epoch has fewer windows than fit, it takes one at random from each of as many equal
/// stretches of the text. If it has more, it makes several passes. The content of a window depends on seed, epoch and
/// its number alone.
/// </remarks>
public sealed class TextDataset : IDataset
{
    private readonly int[] _tokens;
    private readonly int _length;
    private readonly int _fitting;

    internal TextDataset(
        string name, TextVocabulary vocabulary, int[] tokens, int length, int fitting, int windowsPerEpoch)
    {
        (Name, Vocabulary, Count) = (name, vocabulary, windowsPerEpoch);
        (_tokens, _length, _fitting) = (tokens, length, fitting);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The numbers of the tokens.</summary>
    public TextVocabulary Vocabulary { get; }

    /// <summary>Windows of an epoch.</summary>
    public int Count { get; }

    /// <summary>[[L]].</summary>
    public ImmutableArray<ImmutableArray<long>> InputShapes => [[_length]];

    /// <summary>The whole text, each token by its number.</summary>
    public ReadOnlySpan<int> Tokens => _tokens;

    /// <inheritdoc/>
    public IBatchSource Open(BatchLoaderOptions options) => new DatasetBatches(this, options, Make);

    /// <summary>Where a window begins in the text.</summary>
    /// <param name="index">Which window of the epoch.</param>
    /// <param name="seed">Of the epoch; null for windows in order.</param>
    internal int StartOf(int index, ulong? seed)
    {
        var (pass, place) = Math.DivRem(index, _fitting);
        if (seed is not { } given)
        {
            return place * _length;
        }

        // The windows of the pass divide the text into equal stretches.
        var windows = Math.Min(_fitting, Count - (pass * _fitting));
        var first = (int)((long)place * _fitting / windows);
        var next = (int)((long)(place + 1) * _fitting / windows);
        var chosen = first + (next - first == 1 ? 0 : Rng.ForStream(given, "window", index).Next(next - first));
        var shifts = Math.Min(_length, _tokens.Length - (_fitting * _length));
        return (chosen * _length) + Rng.ForStream(given, "shift", pass).Next(shifts);
    }

    private Batch Make(int batch, ReadOnlySpan<int> chosen, ulong? seed, int workers)
    {
        var (inputs, targets) = (new long[chosen.Length * _length], new long[chosen.Length * _length]);
        for (var row = 0; row < chosen.Length; row++)
        {
            var window = _tokens.AsSpan(StartOf(chosen[row], seed), _length + 1);
            for (var place = 0; place < _length; place++)
            {
                inputs[(row * _length) + place] = window[place];
                targets[(row * _length) + place] = window[place + 1];
            }
        }

        long[] shape = [chosen.Length, _length];
        return new(batch, [Tensor.FromArray(inputs, shape)], [Tensor.FromArray(targets, shape)]);
    }
}
