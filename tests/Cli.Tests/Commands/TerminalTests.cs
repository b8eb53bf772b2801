using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Ocs.Cli.Output;
using Ocs.RunLog;

namespace Ocs.Cli.Tests.Commands;

/// <summary>The program in a real terminal.</summary>
public sealed partial class TerminalTests : IDisposable
{
    private const int Rows = 24;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_training_shows_its_lines_and_nothing_else_while_the_window_changes()
    {
        int[] widths = [160, 80, 60, 120, 40, 100];
        var screen = new TerminalScreen(widths[0], Rows);
        var changes = 0;
        using var terminal = new PseudoTerminal(widths[0], Rows);

        Train(terminal, "xterm-256color", text =>
        {
            screen.Write(Shown(text));
            if (text.Contains("\e[?7h", StringComparison.Ordinal))
            {
                changes++;
                var width = widths[changes / 3 % widths.Length];
                terminal.Resize(width, Rows);
                screen.Resize(width, Rows);
            }
        });

        Assert.True(changes > 0);
        var meant = RunLogReader.Read(_folder.PathOf("run")).Records
            .SelectMany(record => widths.Select(width => TrainingText.Epoch(record, width)))
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(
            screen.Lines.Where(line => line.StartsWith("epoch ", StringComparison.Ordinal)),
            line => Assert.Contains(line, meant));
        Assert.Equal(3, screen.Lines.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)));
        Assert.DoesNotContain(screen.Lines, line => line.Contains("  loss ", StringComparison.Ordinal)
            && !line.StartsWith("epoch", StringComparison.Ordinal)
            || line.Contains('━', StringComparison.Ordinal)
            || line.Contains(" left", StringComparison.Ordinal) || line.Contains("starting", StringComparison.Ordinal));
        Assert.Contains(screen.Lines, line => line.EndsWith("report.html.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dumb_terminal_gets_lines_only()
    {
        using var terminal = new PseudoTerminal(80, Rows);
        var shown = "";

        Train(terminal, "dumb", text => shown += text);

        Assert.DoesNotContain("\e", shown, StringComparison.Ordinal);
        Assert.Contains("epoch   2  ", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("1", false)]
    public void Colours_are_shown_unless_NO_COLOR_is_set(string? noColor, bool colours)
    {
        using var terminal = new PseudoTerminal(80, Rows);
        var shown = "";

        Train(terminal, "xterm-256color", text => shown += text, ("NO_COLOR", noColor));

        Assert.Equal(colours, AColour().IsMatch(shown));
        Assert.Contains("\e[?7h", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(200)]
    public void Every_line_is_as_wide_as_COLUMNS_asks_for(int columns)
    {
        using var terminal = new PseudoTerminal(200, Rows);
        var shown = "";

        Train(
            terminal, "dumb", text => shown += text, ("COLUMNS", columns.ToString(CultureInfo.InvariantCulture)));

        Assert.All(
            shown.Split('\n').Select(line => line.TrimEnd('\r')),
            line => Assert.True(
                TextWidth.Of(line) <= columns || !line.Trim().Contains(' ', StringComparison.Ordinal), line));
    }

    // What a pipe gets is text: whole lines, and nothing that a terminal would obey.
    [Theory]
    [InlineData("models")]
    [InlineData("inspect cifar_resnet20")]
    [InlineData("train --help")]
    [InlineData("train no.yaml")]
    [InlineData("bench cifar_resnet8 --runs 1 --warm-up 0")]
    [InlineData("TRAIN")]
    public async Task A_pipe_gets_whole_lines_and_no_control_characters(string line)
    {
        string[] words = line == "TRAIN" ? TrainWords : line.Split(' ');
        var start = new ProcessStartInfo("dotnet", [Program, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["COLUMNS"] = "40";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();

        Assert.DoesNotContain(text, letter => char.IsControl(letter) && letter != '\n');
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.Contains(text.Split('\n'), written => written.Length > 40);
    }

    // The terminal itself shows ^C; nothing else of the rows is left, and the cursor waits at the start of a line.
    [Fact]
    public void Ctrl_C_leaves_whole_lines_and_the_cursor_behind_them()
    {
        using var terminal = new PseudoTerminal(80, Rows);
        var screen = new TerminalScreen(80, Rows);
        var (shown, stopped) = ("", false);
        var code = Train(terminal, "xterm-256color", text =>
        {
            shown += text;
            screen.Write(Shown(text));
            if (!stopped && shown.Contains(" step ", StringComparison.Ordinal))
            {
                stopped = true;
                terminal.Type("\x03");
            }
        }, epochs: 500);

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.EndsWith("\n", shown, StringComparison.Ordinal);
        var (noWrap, wrap) = (
            shown.LastIndexOf("\e[?7l", StringComparison.Ordinal),
            shown.LastIndexOf("\e[?7h", StringComparison.Ordinal));
        Assert.True(noWrap < wrap, $"{noWrap} {wrap}");
        Assert.DoesNotContain(screen.Lines, line => line.Contains(" step ", StringComparison.Ordinal)
            || line.Contains(" left", StringComparison.Ordinal) || line.Contains('^', StringComparison.Ordinal));
        Assert.Contains(screen.Lines, line => line.StartsWith("Stopped in epoch", StringComparison.Ordinal));
    }

    // .NET tells a terminal at the start how its keys shall be; that shows nothing.
    private static string Shown(string text) =>
        text.Replace("\e[?1h", "", StringComparison.Ordinal).Replace("\e=", "", StringComparison.Ordinal);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "ocs.dll");

    private string[] TrainWords =>
    [
        "train", "--model", "cifar_resnet8", "--data", "fashion-mnist", "--target", "0.4", "--epochs", "3",
        "--batch-size", "16", "--seed", "1", "--set", "data-limit=320", "--set", "training.layout=contiguous",
        "--set", "pruning.sparsity-start-epoch=0", "--set", "pruning.latest-cut-epoch=1", "--out",
        _folder.PathOf("run"),
    ];

    private void Train(
        PseudoTerminal terminal, string term, Action<string> write, params (string Name, string? Value)[] variables) =>
        Assert.Equal(0, Train(terminal, term, write, epochs: 3, variables));

    private int Train(
        PseudoTerminal terminal, string term, Action<string> write, int epochs,
        params (string Name, string? Value)[] variables)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["TERM"] = term,
            ["LC_ALL"] = "C.UTF-8",
            ["NO_COLOR"] = null,
            ["COLUMNS"] = null,
            ["OMP_NUM_THREADS"] = "1",
        };
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        string[] words = [.. TrainWords.Select(word => word == "3" ? $"{epochs}" : word)];
        using var process = terminal.Start(environment, ["dotnet", Program, .. words]);
        terminal.Read(process, write);
        return process.ExitCode;
    }

    [GeneratedRegex(@"\e\[3[123]m")]
    private static partial Regex AColour();
}
