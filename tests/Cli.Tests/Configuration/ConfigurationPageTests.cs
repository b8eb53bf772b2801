using System.Text.RegularExpressions;

namespace Ocs.Cli.Tests.Configuration;

/// <summary>docs/configuration.md is whole.</summary>
public sealed partial class ConfigurationPageTests
{
    private const string Mark = "<!-- keys -->\n";

    private static string Document => Repository.PathOf("docs/configuration.md");

    [Fact]
    public void Every_key_stands_on_the_page_with_its_default_and_meaning()
    {
        var parts = File.ReadAllText(Document).Split(Mark);
        Assert.Equal(3, parts.Length);
        var tables = ConfigurationPage.Tables();
        if (Environment.GetEnvironmentVariable("OCS_ACCEPT") == "1")
        {
            File.WriteAllText(Document, string.Join(Mark, parts[0], $"\n{tables}\n", parts[2]));
            return;
        }

        Assert.True(
            parts[1].Trim() == tables.Trim(),
            "docs/configuration.md is not what the options say; the command at its head writes it anew. "
            + $"It should be:\n{tables}");
    }

    [Fact]
    public void Every_environment_variable_that_is_read_stands_on_the_page()
    {
        var page = File.ReadAllText(Document);
        var read = Repository.Files("src", "*.cs")
            .SelectMany(file => AVariable().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value))
            .Append("LIBTORCH")
            .Distinct(StringComparer.Ordinal);

        Assert.All(read, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [GeneratedRegex("\"(?<name>(OCS|OMP|ORT|DOTNET)_[A-Z_]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex AVariable();
}
