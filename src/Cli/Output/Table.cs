namespace Ocs.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Header">The heading.</param>
internal sealed record TableColumn(string Header)
{
    /// <summary>Whether it is right-aligned, for numbers.</summary>
    public bool IsRight { get; init; }

    /// <summary>Whether its texts may wrap on a narrow screen.</summary>
    public bool IsProse { get; init; }

    /// <summary>
    /// On a narrow screen columns are dropped, those with the lowest number first; 0 for a column that stays.
    /// </summary>
    public int Spare { get; init; }

    public TableColumn RightAligned() => this with { IsRight = true };

    public TableColumn Prose() => this with { IsProse = true };

    public TableColumn LeftOut(int order) => this with { Spare = order };
}

/// <summary>
/// A table. It drops columns on a narrow screen, and becomes one block per row if they still do not fit.
/// </summary>
internal sealed class Table
{
    private const int NarrowestProse = 20;
    private readonly List<TableColumn> _columns = [];
    private readonly List<string[]> _rows = [];

    public Table AddColumn(string header) => AddColumn(new TableColumn(CleanText.Line(header)));

    public Table AddColumn(TableColumn column)
    {
        _columns.Add(column);
        return this;
    }

    public Table AddColumns(params ReadOnlySpan<string> headers)
    {
        foreach (var header in headers)
        {
            AddColumn(header);
        }

        return this;
    }

    public Table AddRow(params ReadOnlySpan<string> cells)
    {
        var row = cells.ToArray();
        if (row.Length != _columns.Count)
        {
            throw new ArgumentException(
                $"A row of {row.Length} cells in a table of {_columns.Count} columns.", nameof(cells));
        }

        _rows.Add(Array.ConvertAll(row, CleanText.Line));
        return this;
    }

    /// <summary>The lines of the table.</summary>
    public IEnumerable<string> Lines(Screen screen)
    {
        var widths = _columns
            .Select((column, index) =>
                _rows.Select(row => TextWidth.Of(row[index])).Append(TextWidth.Of(column.Header)).Max())
            .ToArray();
        var columns = screen.Columns;
        while (screen.IsTerminal && Total(widths) > columns && Spare(widths) is { } spare)
        {
            widths[spare] = 0;
        }

        var prose = _columns.FindIndex(column => column.IsProse);
        if (prose >= 0)
        {
            widths[prose] = Math.Min(widths[prose], Math.Max(NarrowestProse, columns - Total(widths) + widths[prose]));
        }

        return screen.IsTerminal && (Total(widths) > columns || HasLongerWord(prose, widths))
            ? Blocks(columns)
            : Grid(widths, prose, screen.HasUnicode ? '─' : '-');
    }

    // A column of width 0 is dropped.
    private static int Total(int[] widths) => widths.Sum() + (2 * (widths.Count(width => width > 0) - 1));

    // A long word, such as a path, cannot wrap to fit beside other columns.
    private bool HasLongerWord(int prose, int[] widths) => prose >= 0
        && _rows.Any(row => row[prose].Split(' ').Any(word => TextWidth.Of(word) > widths[prose]));

    private int? Spare(int[] widths) => Enumerable.Range(0, widths.Length)
        .Where(index => _columns[index].Spare > 0 && widths[index] > 0)
        .OrderBy(index => _columns[index].Spare)
        .Select(index => (int?)index)
        .FirstOrDefault();

    private IEnumerable<string> Grid(int[] widths, int prose, char rule)
    {
        yield return Row([.. _columns.Select(column => column.Header)], widths);
        yield return new(rule, Total(widths));
        foreach (var row in _rows)
        {
            var text = prose < 0 ? [""] : TextWidth.Wrap(row[prose], widths[prose], indent: 0).ToArray();
            for (var line = 0; line < text.Length; line++)
            {
                yield return Row(
                    [.. row.Select((cell, index) => index == prose ? text[line] : line == 0 ? cell : "")], widths);
            }
        }
    }

    private string Row(string[] cells, int[] widths) =>
        string.Join(
            "  ",
            cells.Index().Where(cell => widths[cell.Index] > 0)
                .Select(cell => TextWidth.Pad(cell.Item, widths[cell.Index], _columns[cell.Index].IsRight)))
            .TrimEnd();

    // The first cell is the heading of a row's block.
    private IEnumerable<string> Blocks(int columns)
    {
        var names = _columns.Max(column => TextWidth.Of(column.Header));
        foreach (var row in _rows)
        {
            yield return row[0];
            for (var index = 1; index < row.Length; index++)
            {
                if (row[index].Length > 0)
                {
                    var line = $"  {TextWidth.Pad(_columns[index].Header, names, isRight: false)}  {row[index]}";
                    foreach (var part in TextWidth.Wrap(line, columns, names + 4))
                    {
                        yield return part;
                    }
                }
            }
        }
    }
}
