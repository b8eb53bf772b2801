using System.Globalization;

namespace Ocs.Data;

/// <summary>How a text becomes samples.</summary>
public sealed record TextOptions
{
    /// <summary>Tokens of a window, L: the length of the sequences that the network is built for.</summary>
    /// <value>64. At least 1.</value>
    public int Length { get; init; } = 64;

    /// <summary>What a token is.</summary>
    /// <value><see cref="TextUnit.Character"/>.</value>
    public TextUnit Unit { get; init; }

    /// <summary>
    /// The numbers of the characters, such as those that an earlier run has saved; null takes the characters of the
    /// training part, in the order of their code points.
    /// </summary>
    /// <value>Null. Its unit must be <see cref="Unit"/>.</value>
    public TextVocabulary? Vocabulary { get; init; }

    /// <summary>The fraction at the end of the text for validation; the rest is for training.</summary>
    /// <value>A tenth. Within (0, 0.9].</value>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>
    /// Windows of an epoch of training; null takes as many as fit side by side. A small number makes short epochs of a
    /// long text, each from all over the text; a large one makes several passes an epoch.
    /// </summary>
    /// <value>Null. At least 1.</value>
    public int? WindowsPerEpoch { get; init; }

    internal void Require()
    {
        List<string> problems = [];
        Check(Length >= 1, $"`{nameof(Length)}` is {Length}, it must be at least 1");
        Check(
            Vocabulary is null || Vocabulary.Unit == Unit,
            $"`{nameof(Vocabulary)}` is one of {Vocabulary?.Unit}, but `{nameof(Unit)}` is {Unit}");
        Check(
            ValidationShare is > 0 and <= 0.9,
            string.Create(
                CultureInfo.InvariantCulture,
                $"`{nameof(ValidationShare)}` is {ValidationShare}, it must be above 0 and at most 0.9"));
        Check(
            WindowsPerEpoch is null or >= 1,
            $"`{nameof(WindowsPerEpoch)}` is {WindowsPerEpoch}, it must be at least 1");
        if (problems.Count > 0)
        {
            throw new OcsInputException($"Text options: {string.Join("; ", problems)}.");
        }

        void Check(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
