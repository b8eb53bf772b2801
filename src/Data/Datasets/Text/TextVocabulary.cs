using System.Text;
using System.Text.Json;

namespace Ocs.Data;

/// <summary>
/// The tokens of a text by their numbers, from 0: what a network that was trained on it reads and writes.
/// </summary>
public sealed class TextVocabulary
{
    private const int Bytes = 256;
    private const long LongestFile = 64 << 20;
    private const string UnitKey = "unit";
    private const string CharactersKey = "characters";

    private readonly Rune[] _characters;
    private readonly Dictionary<Rune, int> _numbers;

    private TextVocabulary(TextUnit unit, Rune[] characters)
    {
        (Unit, _characters) = (unit, characters);
        _numbers = characters.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
    }

    /// <summary>All bytes, each by its value.</summary>
    public static TextVocabulary OfBytes { get; } = new(TextUnit.Byte, []);

    /// <summary>What a token is.</summary>
    public TextUnit Unit { get; }

    /// <summary>How many tokens there are, V: the classes that a network is built for.</summary>
    public int Count => Unit == TextUnit.Byte ? Bytes : _characters.Length;

    /// <summary>The characters by their numbers; empty if tokens are bytes.</summary>
    public string Characters => string.Concat(_characters);

    /// <summary>
    /// The characters of a text, in the order of their code points, as char-rnn and nanoGPT number them.
    /// </summary>
    /// <exception cref="OcsInputException">There are fewer than two.</exception>
    public static TextVocabulary OfCharacters(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Rune[] characters = [.. text.EnumerateRunes().Distinct().Order()];
        return characters.Length >= 2
            ? new(TextUnit.Character, characters)
            : throw new OcsInputException(
                $"A text of {characters.Length} different characters has nothing to learn; give one of at least 2.");
    }

    /// <summary>Reads what <see cref="Save"/> has written.</summary>
    /// <exception cref="OcsInputException">The file cannot be read, or is no vocabulary.</exception>
    public static TextVocabulary Load(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(InputFile.ReadAllBytes(path, LongestFile));
            var unit = json.RootElement.GetProperty(UnitKey).GetString();
            if (unit == NameOf(TextUnit.Byte))
            {
                return OfBytes;
            }

            Rune[] characters = [.. json.RootElement.GetProperty(CharactersKey).GetString()!.EnumerateRunes()];
            return unit == NameOf(TextUnit.Character) && characters.Distinct().Count() == characters.Length
                && characters.Length >= 2
                ? new(TextUnit.Character, characters)
                : throw new OcsInputException(
                    $"{path} is no vocabulary: its unit is '{unit}', or a character stands in it twice; "
                    + "give a file that was saved beside a network.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException($"{path} can't be read: {error.Message.TrimEnd('.')}.", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException
            or ArgumentNullException)
        {
            throw new OcsInputException(
                $"{path} is no vocabulary: it is not the JSON of one; give a file that was saved beside a network.",
                error);
        }
    }

    /// <summary>
    /// Writes the vocabulary as JSON, for <see cref="Load"/>: put it beside the network that was trained with it, whose
    /// file holds no characters.
    /// </summary>
    /// <exception cref="IOException">The file could not be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true });
        json.WriteStartObject();
        json.WriteString(UnitKey, NameOf(Unit));
        json.WriteString(CharactersKey, Characters);
        json.WriteEndObject();
    });

    /// <summary>The numbers of a text's tokens; of bytes, those of its UTF-8.</summary>
    /// <exception cref="OcsInputException">A character is not in the vocabulary.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryEncode(text, out var unknown) ?? throw new OcsInputException(
            $"The vocabulary has no {Shown(unknown)}; leave it out, or give a vocabulary that has it.");
    }

    /// <summary>The text of tokens. Bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is none of the vocabulary.</exception>
    public string Decode(IEnumerable<int> tokens)
    {
        int[] numbers = [.. tokens];
        if (numbers.FirstOrDefault(number => number < 0 || number >= Count) is not 0 and var wrong)
        {
            throw new ArgumentOutOfRangeException(nameof(tokens), wrong, $"There are {Count} tokens.");
        }

        return Unit == TextUnit.Byte
            ? Encoding.UTF8.GetString(Array.ConvertAll(numbers, number => (byte)number))
            : string.Concat(numbers.Select(number => _characters[number]));
    }

    /// <summary>The numbers of a text's tokens; null and a character that is not there.</summary>
    internal int[]? TryEncode(string text, out Rune unknown)
    {
        unknown = default;
        if (Unit == TextUnit.Byte)
        {
            return Array.ConvertAll(Encoding.UTF8.GetBytes(text), value => (int)value);
        }

        var tokens = new List<int>(text.Length);
        foreach (var character in text.EnumerateRunes())
        {
            if (!_numbers.TryGetValue(character, out var number))
            {
                unknown = character;
                return null;
            }

            tokens.Add(number);
        }

        return [.. tokens];
    }

    /// <summary>A character for a sentence: character 'ß' (U+00DF), without quotes where it cannot be seen.</summary>
    internal static string Shown(Rune character) => Rune.IsControl(character) || Rune.IsWhiteSpace(character)
        ? $"character U+{character.Value:X4}"
        : $"character '{character}' (U+{character.Value:X4})";

    private static string NameOf(TextUnit unit) => OptionName.Of($"{unit}");
}
