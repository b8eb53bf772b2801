using System.Text;
using Ocs.Cli.Output;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Training;

namespace Ocs.Cli.Tests.Output;

/// <summary>
/// What a terminal's screen shows of a training's display, at many widths: what was meant and nothing else.
/// </summary>
public sealed class LiveDisplayTests
{
    private const int Rows = 24;
    private const string Sentence =
        "Cut stable: 12,501,632 to 6,138,752 MACs, accuracy 39.95 % to 16.20 %; the gate passed, and the network of 漢字 "
            + "goes on with what is left of it.";

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(160)]
    [InlineData(250)]
    public void Nothing_is_left_over_at_any_width(int columns)
    {
        var screen = new TerminalScreen(columns, Rows);
        var meant = Train(screen, (_, _) => { });

        Assert.Equal(meant, screen.Lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_is_left_over_when_the_window_changes_in_between(bool reflows)
    {
        int[] widths = [160, 60, 250, 40, 80, 41, 120, 100];
        var screen = new TerminalScreen(widths[0], Rows, reflows);
        var meant = Train(screen, (screen, step) => screen.Resize(widths[step % widths.Length], Rows - (step % 5)));

        // Where lines are not wrapped anew the end of some is cut off, but nothing stands where it was not meant.
        Assert.Equal(meant.Count, screen.Lines.Count);
        Assert.All(
            meant.Zip(screen.Lines), pair => Assert.StartsWith(pair.Second, pair.First, StringComparison.Ordinal));
        Assert.All(reflows ? meant.Zip(screen.Lines) : [], pair => Assert.Equal(pair.First, pair.Second));
    }

    // A terminal keeps the first part of a broken row where no code erases it, so that none may break.
    [Fact]
    public void No_live_row_is_longer_than_the_narrowest_window() => Assert.All(
        TrainingText.Progress(
            Step(123_456) with
            {
                Epoch = 12_345,
                Epochs = 99_999,
                Steps = 999_999,
                Loss = 1e200,
                SamplesPerSecond = 1e9,
                Remaining = TimeSpan.FromDays(900),
            },
            250,
            hasUnicode: true),
        row => Assert.True(TextWidth.Of(row) <= 40, row));

    // The program has read the old width, and the window is narrower before the rows arrive.
    [Fact]
    public void Rows_too_long_for_a_window_that_has_just_become_narrower_leave_nothing()
    {
        var (window, known) = (new TerminalScreen(160, Rows), 160);
        using var writer = new ScreenWriter(window);
        var console = new CommandConsole(writer, TextWriter.Null, true, false, CancellationToken.None)
        {
            Terminal = new(true, true, false, true, () => new(known, Rows)),
        };
        using (var live = new LiveRows((CleanWriter)console.Output, console.Screen))
        {
            live.Show(columns => TrainingText.Progress(Step(3), columns, hasUnicode: true));
            window.Resize(70, Rows);
            live.Show(columns => TrainingText.Progress(Step(4), columns, hasUnicode: true));
            known = 70;
            live.WriteAbove(["one"]);
            live.Show(columns => TrainingText.Progress(Step(5), columns, hasUnicode: true));
            live.WriteAbove(["two"]);
        }

        Assert.Equal(["one", "two"], window.Lines);
    }

    [Fact]
    public void The_live_rows_say_where_the_run_is_and_how_it_does()
    {
        string[] rows =
        [
            "  epoch 3 (4 of 20), sparsity",
            "  ━━━━━━━━━━────────── step 200/400",
            "  loss 1.2345, accuracy 44.10 %",
            "  1208 images/s, 3 min 05 s left",
            "  J_avg 0.8495, lambda 0.001",
            "  t* about 12, then 6.20 M MACs",
        ];
        Assert.Equal(rows, TrainingText.Progress(Step(200), 120, hasUnicode: true));
        Assert.Equal(rows, TrainingText.Progress(Step(200), 40, hasUnicode: true));
        Assert.Equal(
            "  ##########---------- step 200/400", TrainingText.Progress(Step(200), 120, hasUnicode: false)[1]);
        Assert.Equal(
            [
                "  epoch 3 (4 of 20), train", "  ──────────────────── step 0/400", "  loss 1.2345, accuracy 44.10 %",
                "  1208 images/s, 3 min 05 s left",
            ],
            TrainingText.Progress(
                Step(0) with { Phase = Phase.Train, AverageJ = null, Lambda = null }, 120, hasUnicode: true));
    }

    [Fact]
    public void The_line_of_an_epoch_leaves_out_the_least_important_where_it_is_too_long()
    {
        Assert.Equal(
            "epoch   7  sparsity  accuracy 45.67 %  loss 1.2345  J_avg 0.8495  lr 0.1  4.2 s  1208 images/s"
            + "  val loss 1.5000  lambda 0.001",
            TrainingText.Epoch(Record(7), int.MaxValue));
        Assert.Equal(
            "epoch   7  sparsity  accuracy 45.67 %  loss 1.2345  J_avg 0.8495  lr 0.1  4.2 s  1208 images/s",
            TrainingText.Epoch(Record(7), 100));
        Assert.Equal("epoch   7  sparsity  accuracy 45.67 %  loss 1.2345", TrainingText.Epoch(Record(7), 60));
        Assert.Equal(
            "epoch   7  train     accuracy 45.67 %  loss 6.07e+18  lr 0.1  4.2 s  1208 images/s  val loss 1.5000",
            TrainingText.Epoch(Record(7) with { Phase = RunPhase.Train, JAvg = null, TrainLoss = 6.072e18 }, 100));
    }

    [Theory]
    [InlineData("dumb", "", true, false, false)]
    [InlineData("", "", true, false, false)]
    [InlineData("xterm-256color", "", true, true, true)]
    [InlineData("xterm-256color", "1", true, true, false)]
    [InlineData("xterm-256color", "", false, false, false)]
    public void Nothing_moves_and_nothing_is_coloured_where_that_is_not_wanted(
        string term, string noColor, bool isTerminal, bool moves, bool colours)
    {
        var screen = Screen.Of(isTerminal, name => name switch { "TERM" => term, "NO_COLOR" => noColor, _ => null });

        Assert.Equal((isTerminal, moves, colours), (screen.IsTerminal, screen.MovesCursor, screen.HasColour));
    }

    // COLUMNS asks for lines that are shorter than the terminal is wide, never for longer ones.
    [Theory]
    [InlineData("40", 40)]
    [InlineData("200", 80)]
    [InlineData("0", 80)]
    [InlineData("-5", 80)]
    [InlineData("wide", 80)]
    [InlineData("", 80)]
    [InlineData(null, 80)]
    public void Lines_are_as_short_as_COLUMNS_asks_for(string? wanted, int columns) =>
        Assert.Equal(new(columns, 24), Screen.Limited(new(80, 24), wanted));

    [Fact]
    public void Rows_that_were_taken_away_do_not_come_back()
    {
        var screen = new TerminalScreen(80, Rows);
        using var writer = new ScreenWriter(screen);
        var console = new CommandConsole(writer, TextWriter.Null, true, false, CancellationToken.None)
        {
            Terminal = new(true, true, false, true, () => new(80, Rows)),
        };
        using var live = new LiveRows((CleanWriter)console.Output, console.Screen);
        live.Show(columns => TrainingText.Progress(Step(3), columns, hasUnicode: true));

        live.Erase();
        live.Show(columns => TrainingText.Progress(Step(4), columns, hasUnicode: true));
        live.WriteAbove(["a line"]);

        Assert.Equal(["a line"], screen.Lines);
    }

    [Theory]
    [InlineData(null, "C", false)]
    [InlineData(null, "en_GB.UTF-8", true)]
    [InlineData("C", "en_GB.UTF-8", false)]
    [InlineData("C.utf8", "C", true)]
    [InlineData(null, null, false)]
    public void Without_utf_8_in_the_locale_everything_drawn_is_ascii(string? all, string? lang, bool hasUnicode) =>
        Assert.Equal(
            hasUnicode, Screen.Of(true, name => name switch { "LC_ALL" => all, "LANG" => lang, _ => null }).HasUnicode);

    // Eight epochs of twenty steps, with sentences between; returns the lines that the display was given.
    private static List<string> Train(TerminalScreen screen, Action<TerminalScreen, int> afterStep)
    {
        using var writer = new ScreenWriter(screen);
        var console = new CommandConsole(writer, TextWriter.Null, true, false, CancellationToken.None)
        {
            Terminal = new(true, true, true, true, () => new(screen.Columns, screen.Rows)),
        };
        var display = new TrainingDisplay(console, refreshSeconds: 0);
        var meant = new List<string>();
        display.Message(Tell(Sentence));
        display.Watch(() =>
        {
            for (var epoch = 0; epoch < 8; epoch++)
            {
                for (var step = 0; step < 20; step++)
                {
                    display.StepDone(Step(step * 20));
                    afterStep(screen, (epoch * 20) + step);
                }

                meant.Add(TrainingText.Epoch(Record(epoch), screen.Columns));
                display.EpochDone(Record(epoch));
                display.Message(Tell(epoch % 3 == 0 ? Sentence : "short"));
            }

            return null!;
        });
        display.Message(Tell("It is over."));
        return meant;

        string Tell(string sentence)
        {
            meant.AddRange(TextWidth.Wrap(sentence, screen.Columns, indent: 2));
            return sentence;
        }
    }

    private static TrainingProgress Step(int step) =>
        new(3, 20, step, 400, Phase.Sparsity, 1.2345, 0.441, 1208, 0.8495, 0.001, TimeSpan.FromSeconds(185))
        {
            PredictedStableEpoch = 12,
            PredictedMacs = 6_200_000,
        };

    private static RunRecord Record(int epoch) => new()
    {
        Epoch = epoch,
        Phase = RunPhase.Sparsity,
        TrainLoss = 1.2345,
        ValAccuracy = 0.4567,
        ValLoss = 1.5,
        JAvg = 0.8495,
        Lambda = 0.001,
        Lr = 0.1,
        Macs = 12_500_000,
        Parameters = 100_000,
        Seconds = 4.2,
        ImagesPerSecond = 1208,
    };

    private sealed class ScreenWriter(TerminalScreen screen) : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(string? value) => screen.Write(value ?? "");
    }
}
