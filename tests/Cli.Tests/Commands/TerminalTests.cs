using Ocs.Cli.Output;
using Ocs.RunLog;

namespace Ocs.Cli.Tests.Commands;

/// <summary>The program in a real terminal.</summary>
public sealed class TerminalTests : IDisposable
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
            .SelectMany(record => widths.Select(width => TrainingText.Epoch(record, width))).ToHashSet(
                StringComparer.Ordinal);
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

    // .NET tells a terminal at the start how its keys shall be; that shows nothing.
    private static string Shown(string text) =>
        text.Replace("\e[?1h", "", StringComparison.Ordinal).Replace("\e=", "", StringComparison.Ordinal);

    private void Train(PseudoTerminal terminal, string term, Action<string> write)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["TERM"] = term,
            ["LC_ALL"] = "C.UTF-8",
            ["NO_COLOR"] = null,
            ["OMP_NUM_THREADS"] = "1",
        };
        using var process = terminal.Start(
            environment, "dotnet", Path.Combine(AppContext.BaseDirectory, "ocs.dll"), "train",
            "--model", "cifar_resnet8", "--data", "fashion-mnist", "--target", "0.4", "--epochs", "3", "--batch-size",
            "16", "--seed", "1", "--set", "data-limit=320", "--set", "training.layout=contiguous", "--set",
            "pruning.sparsity-start-epoch=0", "--set", "pruning.latest-cut-epoch=1", "--out", _folder.PathOf("run"));
        terminal.Read(process, write);
        Assert.Equal(0, process.ExitCode);
    }
}
