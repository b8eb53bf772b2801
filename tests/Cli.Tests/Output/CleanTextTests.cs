using System.Text.Json;
using Ocs.Cli.Output;

namespace Ocs.Cli.Tests.Output;

public sealed class CleanTextTests
{
    [Theory]
    [InlineData("\e[31mred", @"\u001b[31mred")]
    [InlineData("\e]0;title\a", @"\u001b]0;title\u0007")]
    [InlineData("over\rwritten", @"over\u000dwritten")]
    [InlineData("\u009b31m", @"\u009b31m")]
    [InlineData("\u007f", @"\u007f")]
    [InlineData("gpj.\u202eexe", @"gpj.\u202eexe")]
    [InlineData("漢字 é ─", "漢字 é ─")]
    public void What_a_terminal_would_obey_becomes_visible(string text, string clean)
    {
        Assert.Equal(clean, CleanText.Of(text));
        Assert.Equal(clean, CleanText.Line(text));
    }

    [Fact]
    public void A_line_has_no_breaks_and_a_text_keeps_them()
    {
        Assert.Equal("a\nb\tc", CleanText.Of("a\nb\tc"));
        Assert.Equal(@"a\u000ab\u0009c", CleanText.Line("a\nb\tc"));
    }

    [Fact]
    public void In_json_the_same_escapes_mean_the_same_text()
    {
        using var output = new StringWriter();
        var console = new CommandConsole(output, TextWriter.Null, false, false, CancellationToken.None);
        console.WriteJson(new("\e[31m \u202e \u009b", 1), CliJson.Readable.ErrorOutput);

        Assert.DoesNotContain("\u202e", output.ToString(), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(output.ToString());
        Assert.Equal("\e[31m \u202e \u009b", document.RootElement.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("a b", "'a b'")]
    [InlineData("runs/a-b_1.ocs", "runs/a-b_1.ocs")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("$HOME", "'$HOME'")]
    [InlineData("", "''")]
    public void Words_of_a_command_are_quoted_where_a_shell_needs_it(string word, string typed) =>
        Assert.Equal(typed, ShellWord.Of(word));
}
