using Ocs.Cli.Output;

namespace Ocs.Cli.Tests.Output;

public sealed class TableTests
{
    private static readonly Screen Terminal = new(true, true, true, true, () => new(40, 24));

    [Fact]
    public void Columns_stand_under_their_headers_and_no_line_ends_in_a_blank() => Assert.Equal(
        ["model    MACs", "─────────────", "small   1.0 k", "漢字   10.0 k"],
        Make("model", ["small", "1.0 k"], ["漢字", "10.0 k"]).Lines(Screen.Plain).Select(
            (line, index) => index == 1 ? line[..13] : line));

    [Fact]
    public void Prose_is_broken_between_words_where_the_screen_is_narrow()
    {
        var table = new Table().AddColumn("model").AddColumn(new TableColumn("what").Prose());
        table.AddRow("cifar_resnet56", "A residual network for small images of ten classes.");

        Assert.Equal(
            ["model           what", new('─', 40), "cifar_resnet56  A residual network for",
                "                small images of ten", "                classes."],
            table.Lines(Terminal));
    }

    [Fact]
    public void Where_columns_do_not_fit_each_row_is_a_block()
    {
        var table = Make("network", ["x", "1.0 k"]);
        table.AddRow(new string('y', 30), "2.0 k");

        Assert.Equal(
            [
                "x", "  MACs     1.0 k",
                new string('y', 30), "  MACs     2.0 k",
            ],
            table.Lines(Terminal with { Size = () => new(36, 24) }));
    }

    [Fact]
    public void Columns_that_matter_less_are_left_out_where_the_screen_is_narrow()
    {
        var table = new Table().AddColumn("layer").AddColumn(new TableColumn("output").LeftOut(2))
            .AddColumn(new TableColumn("share").LeftOut(1)).AddColumn("group");
        table.AddRow("conv1", "16x32x32", "3.5 %", "1");

        Assert.Equal("conv1  16x32x32  3.5 %  1", table.Lines(Terminal).Last());
        Assert.Equal("conv1  16x32x32  1", table.Lines(Terminal with { Size = () => new(24, 24) }).Last());
        Assert.Equal("conv1  1", table.Lines(Terminal with { Size = () => new(14, 24) }).Last());
    }

    [Fact]
    public void A_file_gets_columns_however_wide_they_are() =>
        Assert.StartsWith(
            new string('y', 200) + "  1.0 k",
            Make("model", [new string('y', 200), "1.0 k"]).Lines(Screen.Plain).Last(),
            StringComparison.Ordinal);

    [Fact]
    public void Names_cannot_break_a_row() =>
        Assert.Equal(@"a\u000ab  1.0 k", Make("model", ["a\nb", "1.0 k"]).Lines(Screen.Plain).Last());

    [Fact]
    public void Without_unicode_lines_are_ascii() =>
        Assert.Equal(
            new('-', 12),
            Make("model", ["small", "1.0 k"]).Lines(Screen.Plain with { HasUnicode = false }).ElementAt(1));

    private static Table Make(string header, params string[][] rows)
    {
        var table = new Table().AddColumn(header).AddColumn(new TableColumn("MACs").RightAligned());
        foreach (var row in rows)
        {
            table.AddRow(row);
        }

        return table;
    }
}
