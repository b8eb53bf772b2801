namespace Ocs.Cli.Configuration;

/// <summary>Choices as the command line spells them: enum names in kebab case.</summary>
internal static class Choices
{
    /// <summary>Every name of a choice.</summary>
    public static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(OptionName.Of);

    /// <summary>The name of a value.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => OptionName.Of(value.ToString());

    /// <summary>The value of a name given to an option.</summary>
    public static T Named<T>(string option, string name)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>().ToDictionary(NameOf, StringComparer.Ordinal);
        return values.TryGetValue(name, out var value)
            ? value
            : throw new OcsInputException(
                $"{option} must be one of {string.Join(", ", values.Keys)}, "
                + $"but is '{name}'{NearestName.Question(name, values.Keys)}");
    }
}
