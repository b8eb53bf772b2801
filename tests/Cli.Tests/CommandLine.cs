using System.Text.Json;

namespace Ocs.Cli.Tests;

/// <summary>Runs a command in this process.</summary>
internal static class CommandLine
{
    public static CommandResult Run(params string[] args) => Run(args, new StringWriter(), CancellationToken.None);

    /// <summary>
    /// Runs a command whose standard output goes to a writer of the test, which may set off the stop.
    /// </summary>
    public static CommandResult Run(string[] args, StringWriter output, CancellationToken stop)
    {
        using var error = new StringWriter();
        var code = Application.Run(args, new(output, error, OutputIsTerminal: false, ErrorIsTerminal: false, stop));
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>
    /// Runs a command whose input is at fault, and checks that it says so in one sentence and nothing else.
    /// </summary>
    public static string Fails(params string[] args)
    {
        var result = Run(args);
        Assert.Equal(2, result.Code);
        Assert.Empty(result.Output);
        var sentence = Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", sentence, StringComparison.Ordinal);
        Assert.Matches("[.?]$", sentence);
        return sentence;
    }
}

/// <summary>What a command left.</summary>
internal sealed record CommandResult(int Code, string Output, string Error)
{
    /// <summary>Standard output as the one JSON object that it must be.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }
}
