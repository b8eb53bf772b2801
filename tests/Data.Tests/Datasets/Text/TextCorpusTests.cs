using System.Text;

namespace Ocs.Data.Tests.Datasets.Text;

[NoTensorLeaks]
public sealed class TextCorpusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // 100 digits: 90 to train on, so 10 to measure on, which are two windows of four and their successors.
    [Fact]
    public void The_last_tenth_is_measured_on_in_windows_side_by_side()
    {
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => (char)('a' + (i * 7 % 26))));
        var corpus = TextCorpus.Read(_folder.Write("digits.txt", text), new() { Length = 4 });
        Assert.Equal(26, corpus.Vocabulary.Count);
        Assert.Equal("abcdefghijklmnopqrstuvwxyz", corpus.Vocabulary.Characters);
        Assert.Equal(text[..90], corpus.Vocabulary.Decode(corpus.Train.Tokens.ToArray()));
        Assert.Equal(text[90..], corpus.Vocabulary.Decode(corpus.Validation.Tokens.ToArray()));
        Assert.Equal(("digits.txt", "digits.txt (validation)"), (corpus.Train.Name, corpus.Validation.Name));
        using var source = corpus.Validation.Open(BatchLoaderOptions.Evaluation(5));
        using var batch = Assert.Single(source.Epoch(0));
        Assert.Equal([2L, 4], batch.Inputs[0].Shape.ToArray());
        Assert.Equal(text[90..98], Read(corpus, batch.Inputs[0]));
        Assert.Equal(text[91..99], Read(corpus, batch.Targets[0]));
        Assert.Equal([[4L]], corpus.Validation.InputShapes.Select(shape => shape.ToArray()));
    }

    [Fact]
    public void An_epoch_trains_on_each_token_once_from_a_place_of_its_own()
    {
        var corpus = Numbers(1000, new() { Length = 8 });
        Assert.Equal((900 / 8) - 1, corpus.Train.Count);
        using var source = corpus.Train.Open(BatchLoaderOptions.Train(10, AugmentationOptions.Evaluation, seed: 3));
        var shifts = new HashSet<int>();
        for (var epoch = 0; epoch < 20; epoch++)
        {
            var starts = Starts(source, epoch);
            Assert.NotEqual(starts.Order(), starts);
            var shift = starts.Min();
            Assert.InRange(shift, 0, 7);
            Assert.Equal(Enumerable.Range(0, corpus.Train.Count).Select(i => shift + (8 * i)), starts.Order());
            shifts.Add(shift);
        }

        Assert.InRange(shifts.Count, 5, 8);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(37)]
    [InlineData(250)]
    public void A_number_of_windows_of_ones_own_comes_from_all_over_the_text(int windows)
    {
        var corpus = Numbers(1000, new() { Length = 8, WindowsPerEpoch = windows });
        using var source = corpus.Train.Open(BatchLoaderOptions.Train(10, AugmentationOptions.Evaluation, seed: 3));
        var fitting = (900 / 8) - 1;
        var first = Starts(source, 0);
        Assert.Equal(windows, first.Count);
        Assert.NotEqual(first.Order(), Starts(source, 1).Order());

        // Of a whole pass each place once; of the last pass one in each stretch.
        var left = windows % fitting;
        Assert.All(first, start => Assert.InRange(start, 0, 900 - 9));
        Assert.InRange(first.Max(start => start / 8), fitting - Math.Ceiling((double)fitting / left) - 1, fitting);
        Assert.True(first.GroupBy(start => start / 8).Max(group => group.Count()) <= 2 + (2 * (windows / fitting)));
    }

    [Fact]
    public void A_window_depends_on_seed_epoch_and_place_alone()
    {
        var corpus = Numbers(1000, new() { Length = 8, WindowsPerEpoch = 40 });
        var options = BatchLoaderOptions.Train(6, AugmentationOptions.Evaluation, seed: 3);
        using var source = corpus.Train.Open(options);
        using var alone = corpus.Train.Open(options with { PrefetchDepth = 0 });
        using var other = corpus.Train.Open(options with { Seed = 4 });
        using var right = corpus.Train.Open(options with { Shard = new(1, 2) });
        var starts = Starts(source, 7);
        Assert.Equal(starts, Starts(alone, 7));
        Assert.Equal(starts.Skip(18), Starts(source, 7, firstBatch: 3));
        Assert.NotEqual(starts.Order(), Starts(other, 7).Order());
        Assert.Equal(
            starts.Chunk(6).SelectMany(batch => batch.Skip(batch.Length / 2)), Starts(right, 7));
    }

    [Fact]
    public void Bytes_need_no_vocabulary_and_a_folder_is_its_texts_in_order()
    {
        Directory.CreateDirectory(_folder.PathOf("books/b"));
        _folder.Write("books/b/1.txt", [0, 255, 7, 7, 7, 7, 7, 7, 7, 7]);
        _folder.Write("books/a.txt", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        _folder.Write("books/a.md", "not read");
        var options = new TextOptions { Length = 2, Unit = TextUnit.Byte, ValidationShare = 0.4 };
        var corpus = TextCorpus.Read(_folder.PathOf("books"), options);
        Assert.Equal((256, TextUnit.Byte), (corpus.Vocabulary.Count, corpus.Vocabulary.Unit));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 255], corpus.Train.Tokens.ToArray());
        Assert.Equal("books", corpus.Train.Name);
        Assert.Equal("ä\uFFFD", corpus.Vocabulary.Decode([0xC3, 0xA4, 0xFF]));
        Assert.Equal([0xC3, 0xA4], corpus.Vocabulary.Encode("ä"));
    }

    [Fact]
    public void Characters_are_code_points_in_their_order_and_a_byte_order_mark_is_none()
    {
        var text = string.Concat(Enumerable.Repeat("z😀é\na", 20));
        var path = _folder.Write("marks.txt", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)]);
        var corpus = TextCorpus.Read(path, new() { Length = 3 });
        Assert.Equal("\naz\u00E9😀", corpus.Vocabulary.Characters);
        Assert.Equal([2, 4, 3, 0, 1], corpus.Train.Tokens[..5].ToArray());
        Assert.Equal(text, corpus.Vocabulary.Decode(corpus.Vocabulary.Encode(text)));
        Assert.Throws<ArgumentOutOfRangeException>(() => corpus.Vocabulary.Decode([5]));
    }

    [Fact]
    public void A_vocabulary_is_saved_and_numbers_another_text_as_before()
    {
        var saved = _folder.PathOf("vocabulary.json");
        TextVocabulary.OfCharacters("z😀\"\\\n a").Save(saved);
        var vocabulary = TextVocabulary.Load(saved);
        Assert.Equal("\n \"\\az😀", vocabulary.Characters);
        var path = _folder.Write("other.txt", string.Concat(Enumerable.Repeat("az", 30)));
        var corpus = TextCorpus.Read(path, new() { Length = 3, Vocabulary = vocabulary });
        Assert.Equal([4, 5], corpus.Train.Tokens[..2].ToArray());
        TextVocabulary.OfBytes.Save(saved);
        Assert.Same(TextVocabulary.OfBytes, TextVocabulary.Load(saved));
    }

    [Theory]
    [InlineData("{", "is no vocabulary: it is not the JSON of one")]
    [InlineData("{\"unit\":\"character\"}", "is no vocabulary: it is not the JSON of one")]
    [InlineData("{\"unit\":\"word\",\"characters\":\"ab\"}", "its unit is 'word'")]
    [InlineData("{\"unit\":\"character\",\"characters\":\"aba\"}", "a character stands in it twice")]
    public void What_is_no_vocabulary_is_refused(string json, string because)
    {
        var path = _folder.Write("v.json", json);
        var error = Assert.Throws<OcsInputException>(() => TextVocabulary.Load(path));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_that_cannot_be_learnt_from_are_refused_in_a_sentence()
    {
        var many = string.Concat(Enumerable.Repeat("ab", 50));
        Refused(_folder.PathOf("none.txt"), "can't be read as a text");
        Refused(_folder.Write("empty.txt", ""), "it is empty, or it is not a regular file; give a text file");
        Directory.CreateDirectory(_folder.PathOf("folder"));
        Refused(_folder.PathOf("folder"), "has no file *.txt; give a text file, or a folder of them.");
        Refused(
            _folder.Write("short.txt", many),
            "has 90 tokens to train on and 10 to measure on, but windows of 64 need 128 and 65; give a longer text, or "
            + "a smaller `Length`.");
        Refused(
            _folder.Write("latin.txt", [.. Encoding.Latin1.GetBytes(many), 0xE4, 0x20]),
            "is no UTF-8: byte 0xE4 at 100 begins no character; convert it, or set `Unit` to `Byte`.",
            new() { Length = 2 });
        Refused(
            _folder.Write("late.txt", many + "ß"),
            "has the character 'ß' (U+00DF) in its validation part, the last 11 characters, but not in its training "
            + "part; set another `ValidationShare`, or `Unit` to `Byte`.",
            new() { Length = 2 });
        Refused(
            _folder.Write("strange.txt", many),
            "has the character 'b' (U+0062), which its `Vocabulary` has not; give the vocabulary that was made of this "
            + "text, or leave it out.",
            new() { Length = 2, Vocabulary = TextVocabulary.OfCharacters("ac\n") });
        Refused(
            _folder.Write("same.txt", new string('a', 100)),
            "A text of 1 different characters has nothing to learn",
            new() { Length = 2 });
        Refused(
            _folder.Write("fine.txt", many),
            "Text options: `Length` is 0, it must be at least 1; `Vocabulary` is one of Byte, but `Unit` is Character; "
            + "`ValidationShare` is 1, it must be above 0 and at most 0.9; `WindowsPerEpoch` is 0, it must be at least "
            + "1.",
            new() { Length = 0, Vocabulary = TextVocabulary.OfBytes, ValidationShare = 1, WindowsPerEpoch = 0 });
        var error = Assert.Throws<OcsInputException>(() => TextVocabulary.OfCharacters("ab").Encode("a\n"));
        Assert.Equal(
            "The vocabulary has no character U+000A; leave it out, or give a vocabulary that has it.", error.Message);

        static void Refused(string path, string because, TextOptions? options = null)
        {
            var error = Assert.Throws<OcsInputException>(() => TextCorpus.Read(path, options));
            Assert.Contains(because, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    // Each token tells its place: character i is the i-th of a block of characters.
    private TextCorpus Numbers(int count, TextOptions options)
    {
        const int FirstLetter = 0x4E00;
        var letters = string.Concat(Enumerable.Range(0, count).Select(i => (char)(FirstLetter + i)));
        var vocabulary = TextVocabulary.OfCharacters(letters);
        return TextCorpus.Read(_folder.Write("numbers.txt", letters), options with { Vocabulary = vocabulary });
    }

    private static List<int> Starts(IBatchSource source, int epoch, int firstBatch = 0)
    {
        var starts = new List<int>();
        foreach (var batch in source.Epoch(epoch, firstBatch))
        {
            using (batch)
            {
                var (inputs, targets) = (batch.Inputs[0].ToArray<long>(), batch.Targets[0].ToArray<long>());
                Assert.Equal(inputs.Select(token => token + 1), targets);
                Assert.All(inputs.Chunk(8), row => Assert.Equal(row[0] + 7, row[7]));
                starts.AddRange(inputs.Chunk(8).Select(row => (int)row[0]));
            }
        }

        return starts;
    }

    private static string Read(TextCorpus corpus, Ocs.Torch.Tensor tokens) =>
        corpus.Vocabulary.Decode(tokens.ToArray<long>().Select(token => (int)token));
}
