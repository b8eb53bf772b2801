using System.CommandLine;
using System.CommandLine.Completions;

namespace Ocs.Cli.Completing;

/// <summary>Completes a command line from the definitions of commands, options and arguments.</summary>
/// <remarks>
/// System.CommandLine's completion has two faults: it takes a second value for a repeatable option, and it offers true
/// and false after a switch. So the place in the line is found here; candidates come from the library's sources.
/// </remarks>
internal static class Completer
{
    private const string EndOfOptions = "--";

    /// <summary>The candidates for the last word; each begins with it.</summary>
    /// <param name="root">The command `ocs`.</param>
    /// <param name="words">The words after `ocs`, up to the cursor; the last one may be empty.</param>
    public static IEnumerable<CompletionItem> Candidates(RootCommand root, IReadOnlyList<string> words)
    {
        var (word, place) = (words[^1], Place.After(root, words.SkipLast(1)));
        var context = root.Parse([.. words]).GetCompletionContext();
        var candidates = place switch
        {
            { Option: { } option } => From(option.CompletionSources, context),
            { TakesOptions: true } when OptionWithValue(place, word) is var (option, start) =>
                From(option.CompletionSources, context).Select(item => Behind(start, item)),
            { TakesOptions: true } when word.StartsWith('-') => OptionsOf(place),
            _ => [.. Subcommands(place), .. Values(place, context)],
        };
        return candidates
            .Where(item => item.Label.StartsWith(word, StringComparison.Ordinal))
            .DistinctBy(item => item.Label);
    }

    private static IEnumerable<CompletionItem> From(
        IEnumerable<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, CompletionContext context) =>
        sources.SelectMany(source => source(context));

    private static CompletionItem Behind(string start, CompletionItem item) =>
        new(start + item.Label, detail: item.Detail);

    // --option=value in one word.
    private static (Option Option, string Start)? OptionWithValue(Place place, string word) =>
        word.StartsWith('-') && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
        && place.Find(word[..equals]) is { } option && Place.TakesValue(option)
            ? (option, word[..(equals + 1)])
            : null;

    private static IEnumerable<CompletionItem> OptionsOf(Place place) =>
        place.Options
            .Where(option => !option.Hidden && (MayBeRepeated(option) || !place.Given.Contains(option)))
            .Select(option => new CompletionItem(option.Name, detail: FirstSentence(option.Description)));

    private static bool MayBeRepeated(Option option) => option.Arity.MaximumNumberOfValues > 1;

    private static IEnumerable<CompletionItem> Subcommands(Place place) =>
        place.Arguments > 0
            ? []
            : place.Command.Subcommands
                .Where(command => !command.Hidden)
                .Select(command => new CompletionItem(command.Name, detail: FirstSentence(command.Description)));

    private static IEnumerable<CompletionItem> Values(Place place, CompletionContext context)
    {
        var rest = place.Arguments;
        foreach (var argument in place.Command.Arguments)
        {
            if (rest < argument.Arity.MaximumNumberOfValues)
            {
                return From(argument.CompletionSources, context);
            }

            rest -= argument.Arity.MaximumNumberOfValues;
        }

        return [];
    }

    private static string FirstSentence(string? text) =>
        text is null ? "" : text.Split(". ", 2)[0].TrimEnd('.');

    // Where the line ends: in a command, after an option that needs a value, or at an argument.
    private sealed record Place(
        Command Command, Option? Option, bool TakesOptions, int Arguments, HashSet<Option> Given)
    {
        public IEnumerable<Option> Options => Command.Options.Concat(
            Command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive));

        public Option? Find(string name) =>
            Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

        public static bool TakesValue(Option option) =>
            option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);

        public static Place After(Command root, IEnumerable<string> words) =>
            words.Aggregate(new Place(root, null, TakesOptions: true, 0, []), (place, word) => place.After(word));

        private Place After(string word)
        {
            if (Option is not null)
            {
                return this with { Option = null };
            }

            if (TakesOptions && word == EndOfOptions)
            {
                return this with { TakesOptions = false };
            }

            if (TakesOptions && word is ['-', _, ..])
            {
                var isWhole = word.Contains('=', StringComparison.Ordinal);
                var option = Find(isWhole ? word[..word.IndexOf('=', StringComparison.Ordinal)] : word);
                return option is null
                    ? this
                    : this with
                    {
                        Option = !isWhole && TakesValue(option) ? option : null,
                        Given = [.. Given, option],
                    };
            }

            var inner = Arguments == 0 ? Command.Subcommands.FirstOrDefault(command => command.Name == word) : null;
            return inner is null ? this with { Arguments = Arguments + 1 } : this with { Command = inner, Given = [] };
        }
    }
}
