using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ocs.Cli.Output;

/// <summary>The output of a command, and the token that stops it. Tests use their own writers.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="OutputIsTerminal">Whether a person watches standard output.</param>
/// <param name="ErrorIsTerminal">Whether a person watches standard error.</param>
/// <param name="Stop">Set by Ctrl-C.</param>
internal sealed record CommandConsole(
    TextWriter Output, TextWriter Error, bool OutputIsTerminal, bool ErrorIsTerminal, CancellationToken Stop)
{
    private const string Warning = "Warning: ";

    /// <summary>Standard output, with escaped names (`CleanWriter`).</summary>
    public TextWriter Output { get; init => field = CleanWriter.Around(value); } = CleanWriter.Around(Output);

    /// <summary>Standard error, with escaped names.</summary>
    public TextWriter Error { get; init => field = CleanWriter.Around(value); } = CleanWriter.Around(Error);

    /// <summary>Whether standard output is one JSON object, and everything else goes to standard error.</summary>
    public bool Json { get; init; }

    /// <summary>The command line, for the run's record.</summary>
    public string CommandLine { get; init; } = "ocs";

    /// <summary>What the terminal can do, if there is one.</summary>
    public Screen Terminal { get; init; } = Screen.Plain;

    /// <summary>The signals that stop a command; null if the caller stops it in another way.</summary>
    public StopSignals? Signals { get; init; }

    /// <summary>The writer of text for people.</summary>
    public TextWriter Text => Json ? Error : Output;

    public bool TextIsTerminal => Json ? ErrorIsTerminal : OutputIsTerminal;

    /// <summary>The screen of text for people.</summary>
    public Screen Screen => TextIsTerminal ? Terminal : Screen.Plain with { HasUnicode = Terminal.HasUnicode };

    public static CommandConsole OfProcess(StopSignals signals) => new(
        Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected, signals.Token)
    {
        Terminal = Screen.Of(
            !Console.IsOutputRedirected || !Console.IsErrorRedirected, Environment.GetEnvironmentVariable),
        Signals = signals,
    };

    /// <summary>The same console, but silent except for errors: for all ranks other than 0.</summary>
    public CommandConsole Silent() => new(TextWriter.Null, Error, false, false, Stop)
    {
        CommandLine = CommandLine,
        Signals = Signals,
    };

    /// <summary>
    /// Until the result is disposed, signals set <see cref="Stop"/>. Otherwise a signal ends the process at once.
    /// </summary>
    public IDisposable? HeedStop() => Signals?.Heed();

    /// <summary>Writes a line in the command's words, wrapped to the width of the terminal.</summary>
    public void WriteLine(string line = "") => WriteLine(line, Shade.None);

    /// <summary>Writes a line in a colour.</summary>
    public void WriteLine(string line, Shade shade)
    {
        foreach (var part in Lines(line, shade))
        {
            ((CleanWriter)Text).WriteRaw(part + "\n");
        }
    }

    /// <summary>The parts of a line as the screen shows them, colours included.</summary>
    public IEnumerable<string> Lines(string line, Shade shade = Shade.None)
    {
        var (clean, screen) = (CleanText.Line(CommandWords.Of(line)), Screen);
        shade = shade == Shade.None && clean.StartsWith(Warning, StringComparison.Ordinal) ? Shade.Warning : shade;
        var parts = screen.IsTerminal ? TextWidth.Wrap(clean, screen.Columns, indent: 2) : [clean];
        return screen.HasColour ? parts.Select(part => shade.Paint(part)) : parts;
    }

    /// <summary>Writes a table and an empty line.</summary>
    public void Write(Table table)
    {
        foreach (var line in table.Lines(Screen).Append(""))
        {
            Text.WriteLine(line);
        }
    }

    /// <summary>Writes the sentence of a failed command.</summary>
    public void WriteError(string sentence)
    {
        var clean = CleanText.Line(sentence);
        ((CleanWriter)Error).WriteRaw((ErrorIsTerminal && Terminal.HasColour ? Shade.Bad.Paint(clean) : clean) + "\n");
    }

    /// <summary>Writes the JSON object of `--json`.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) =>
        Output.Write(JsonSerializer.Serialize(value, type) + "\n");
}
