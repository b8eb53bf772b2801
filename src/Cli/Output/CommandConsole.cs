using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ocs.Cli.Output;

/// <summary>Where a command writes, and the token that stops it. Tests give their own writers.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="OutputIsTerminal">Whether a person watches standard output.</param>
/// <param name="ErrorIsTerminal">Whether a person watches standard error.</param>
/// <param name="Stop">Set by Ctrl-C.</param>
internal sealed record CommandConsole(
    TextWriter Output, TextWriter Error, bool OutputIsTerminal, bool ErrorIsTerminal, CancellationToken Stop)
{
    private const string Warning = "Warning: ";

    /// <summary>Standard output; whatever is in a name, a terminal shows it and does not obey it.</summary>
    public TextWriter Output { get; init => field = CleanWriter.Around(value); } = CleanWriter.Around(Output);

    /// <summary>Standard error, in the same way.</summary>
    public TextWriter Error { get; init => field = CleanWriter.Around(value); } = CleanWriter.Around(Error);

    /// <summary>Whether standard output is for one JSON object, and standard error for everything else.</summary>
    public bool Json { get; init; }

    /// <summary>The command line, for the run's record.</summary>
    public string CommandLine { get; init; } = "ocs";

    /// <summary>What the terminal can do, if there is one.</summary>
    public Screen Terminal { get; init; } = Screen.Plain;

    /// <summary>The signals that ask for an end; null if a caller has its own way to stop a command.</summary>
    public StopSignals? Signals { get; init; }

    /// <summary>Where text for people goes.</summary>
    public TextWriter Text => Json ? Error : Output;

    public bool TextIsTerminal => Json ? ErrorIsTerminal : OutputIsTerminal;

    /// <summary>What can be done where text for people goes.</summary>
    public Screen Screen => TextIsTerminal ? Terminal : Screen.Plain with { HasUnicode = Terminal.HasUnicode };

    public static CommandConsole OfProcess(StopSignals signals) => new(
        Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected, signals.Token)
    {
        Terminal = Screen.Of(
            !Console.IsOutputRedirected || !Console.IsErrorRedirected, Environment.GetEnvironmentVariable),
        Signals = signals,
    };

    /// <summary>The same with nothing shown but errors: for processes that another one of a run speaks for.</summary>
    public CommandConsole Silent() => new(TextWriter.Null, Error, false, false, Stop)
    {
        CommandLine = CommandLine,
        Signals = Signals,
    };

    /// <summary>
    /// Whoever ends by <see cref="Stop"/> heeds it until the result is disposed; else a signal ends the process at
    /// once.
    /// </summary>
    public IDisposable? HeedStop() => Signals?.Heed();

    /// <summary>
    /// A line in the command's words, broken between words where it is longer than the terminal is wide.
    /// </summary>
    public void WriteLine(string line = "") => WriteLine(line, Shade.None);

    /// <summary>The same in a colour.</summary>
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

    /// <summary>A table and an empty line.</summary>
    public void Write(Table table)
    {
        foreach (var line in table.Lines(Screen).Append(""))
        {
            Text.WriteLine(line);
        }
    }

    /// <summary>The sentence that a command ends with when it fails.</summary>
    public void WriteError(string sentence)
    {
        var clean = CleanText.Line(sentence);
        ((CleanWriter)Error).WriteRaw((ErrorIsTerminal && Terminal.HasColour ? Shade.Bad.Paint(clean) : clean) + "\n");
    }

    /// <summary>The one JSON object of `--json`.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) =>
        Output.Write(JsonSerializer.Serialize(value, type) + "\n");
}
