using System.Text;

namespace Ocs.Data;

/// <summary>
/// A text in two parts: the first for training, the last for validation. Both are held in memory as token numbers.
/// </summary>
public sealed class TextCorpus
{
    private TextCorpus(TextVocabulary vocabulary, TextDataset train, TextDataset validation) =>
        (Vocabulary, Train, Validation) = (vocabulary, train, validation);

    /// <summary>The numbers of the tokens.</summary>
    public TextVocabulary Vocabulary { get; }

    /// <summary>The first part.</summary>
    public TextDataset Train { get; }

    /// <summary>The last part.</summary>
    public TextDataset Validation { get; }

    /// <summary>Reads a text file, or all files *.txt of a folder in the order of their paths.</summary>
    /// <param name="path">The file, or the folder.</param>
    /// <param name="options">The unit of tokens and the length of samples; null takes the defaults.</param>
    /// <exception cref="OcsInputException">
    /// There is no text, it is too short, or no UTF-8; a character is not in the vocabulary; an option is out of range.
    /// </exception>
    public static TextCorpus Read(string path, TextOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new();
        options.Require();
        var bytes = TextFiles.Read(path);
        return options.Unit == TextUnit.Byte
            ? Divide(path, TextVocabulary.OfBytes, Array.ConvertAll(bytes, value => (int)value), options)
            : OfCharacters(path, TextFiles.Characters(path, bytes), options);
    }

    private static TextCorpus OfCharacters(string path, string text, TextOptions options)
    {
        Rune[] characters = [.. text.EnumerateRunes()];
        var (first, last) = Halves(path, characters, options);
        var learnt = string.Concat(first);
        var vocabulary = options.Vocabulary ?? TextVocabulary.OfCharacters(learnt);
        var train = vocabulary.TryEncode(learnt, out var unknown) ?? throw new OcsInputException(
            $"{path} has the {TextVocabulary.Shown(unknown)}, which its `{nameof(options.Vocabulary)}` has not; "
            + "give the vocabulary that was made of this text, or leave it out.");
        var validation = vocabulary.TryEncode(string.Concat(last), out unknown) ?? throw new OcsInputException(
            $"{path} has the {TextVocabulary.Shown(unknown)} in its validation part, the last {last.Length:N0} "
            + $"characters, but not in its training part; set another `{nameof(options.ValidationShare)}`, or "
            + $"`{nameof(options.Unit)}` to `{nameof(TextUnit.Byte)}`.");
        return new(vocabulary, Part(path, vocabulary, train, options), Measured(path, vocabulary, validation, options));
    }

    private static TextCorpus Divide(string path, TextVocabulary vocabulary, int[] tokens, TextOptions options)
    {
        var (train, validation) = Halves(path, tokens, options);
        return new(vocabulary, Part(path, vocabulary, train, options), Measured(path, vocabulary, validation, options));
    }

    // A window and its successor are L + 1 tokens; training windows move by up to L - 1.
    private static (T[] Train, T[] Validation) Halves<T>(string path, T[] tokens, TextOptions options)
    {
        var first = (int)(tokens.Length * (1 - options.ValidationShare));
        return first >= 2L * options.Length && tokens.Length - first > options.Length
            ? (tokens[..first], tokens[first..])
            : throw new OcsInputException(
                $"{path} has {first:N0} tokens to train on and {tokens.Length - first:N0} to measure on, but windows "
                + $"of {options.Length} need {2L * options.Length:N0} and {options.Length + 1L:N0}; "
                + $"give a longer text, or a smaller `{nameof(options.Length)}`.");
    }

    private static TextDataset Part(string path, TextVocabulary vocabulary, int[] tokens, TextOptions options)
    {
        var fit = tokens.Length / options.Length - 1;
        return new(NameOf(path), vocabulary, tokens, options.Length, fit, options.WindowsPerEpoch ?? fit);
    }

    private static TextDataset Measured(string path, TextVocabulary vocabulary, int[] tokens, TextOptions options)
    {
        var fit = (tokens.Length - 1) / options.Length;
        return new($"{NameOf(path)} (validation)", vocabulary, tokens, options.Length, fit, fit);
    }

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
}
