using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

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
    private const int PlainWidth = 160;
    private IAnsiConsole? _tables;

    /// <summary>Whether standard output is for one JSON object, and standard error for everything else.</summary>
    public bool Json { get; init; }

    /// <summary>The command line, for the run's record.</summary>
    public string CommandLine { get; init; } = "ocs";

    /// <summary>Where text for people goes.</summary>
    public TextWriter Text => Json ? Error : Output;

    public bool TextIsTerminal => Json ? ErrorIsTerminal : OutputIsTerminal;

    /// <summary>Tables and live displays; plain and wide when nobody watches.</summary>
    public IAnsiConsole Tables => _tables ??= MakeTables();

    public static CommandConsole OfProcess(CancellationToken stop) => new(
        Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected, stop);

    /// <summary>The same with nothing shown but errors: for processes that another one of a run speaks for.</summary>
    public CommandConsole Silent() => new(TextWriter.Null, Error, false, false, Stop) { CommandLine = CommandLine };

    public void WriteLine(string line = "") => Text.WriteLine(line);

    /// <summary>The one JSON object of `--json`.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) => Output.WriteLine(JsonSerializer.Serialize(value, type));

    private IAnsiConsole MakeTables()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Text),
            Ansi = TextIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = TextIsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = TextIsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!TextIsTerminal)
        {
            console.Profile.Width = PlainWidth;
        }

        return console;
    }
}
