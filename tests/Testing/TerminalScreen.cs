using System.Globalization;
using System.Text;

namespace Ocs.Testing;

/// <summary>
/// What a terminal shows of the text that it was sent: cursor moves, erasing, wrapping, scrolling, and windows that
/// change their width. Knows the codes that the program has a use for; another one fails.
/// </summary>
/// <param name="columns">Characters in a row.</param>
/// <param name="rows">Rows in the window.</param>
/// <param name="reflows">Whether lines are wrapped anew when the width changes, as most terminals do, or cut, as xterm
/// does.</param>
public sealed class TerminalScreen(int columns, int rows, bool reflows = true)
{
    // The window is the last of them; the others have left it, and no code reaches them.
    private readonly List<Row> _rows = [.. Enumerable.Range(0, rows).Select(_ => new Row())];
    private int _row;
    private int _column;
    private bool _wraps = true;
    private string _code = "";

    public int Columns { get; private set; } = columns;

    public int Rows { get; private set; } = rows;

    /// <summary>
    /// Everything that was ever shown and is not erased, a line each, however many rows it takes; without blanks at the
    /// end.
    /// </summary>
    public IReadOnlyList<string> Lines => [.. Whole()
        .Select(line => string.Concat(line).TrimEnd()).Reverse().SkipWhile(line => line.Length == 0).Reverse()];

    public void Write(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (_code.Length > 0 || rune.Value == '\e')
            {
                _code += rune;
                if (IsWhole(_code))
                {
                    Obey(_code);
                    _code = "";
                }
            }
            else if (rune.Value is '\r')
            {
                _column = 0;
            }
            else if (rune.Value is '\n')
            {
                // The line discipline of a terminal sends a carriage return with it.
                (_row, _column) = (_row + 1, 0);
                Reach();
            }
            else if (Rune.IsControl(rune))
            {
                throw new InvalidOperationException($"U+{rune.Value:x4} reached the terminal.");
            }
            else
            {
                Put(rune);
            }
        }
    }

    /// <summary>Changes the size of the window, and moves the text as the terminal does.</summary>
    public void Resize(int columns, int rows)
    {
        var (lines, at, offset) = (Whole(), _rows.Take(_row).Count(row => !row.GoesOn), _column);
        for (var row = _row - 1; row >= 0 && _rows[row].GoesOn; row--)
        {
            offset += _rows[row].Cells.Count;
        }

        // A window that becomes lower loses empty rows below the cursor first.
        for (var less = Rows - rows; less > 0 && _rows.Count - 1 > _row && _rows[^1].Cells.Count == 0; less--)
        {
            _rows.RemoveAt(_rows.Count - 1);
            lines.RemoveAt(lines.Count - 1);
        }

        (Columns, Rows) = (columns, rows);
        if (!reflows)
        {
            _rows.ForEach(row => row.Cells.RemoveRange(
                Math.Min(columns, row.Cells.Count), Math.Max(0, row.Cells.Count - columns)));
            _column = Math.Min(_column, columns - 1);
            return;
        }

        _rows.Clear();
        for (var line = 0; line < lines.Count; line++)
        {
            var before = _rows.Count;
            foreach (var chunk in lines[line].Chunk(columns).DefaultIfEmpty([]))
            {
                _rows.Add(new() { Cells = [.. chunk], GoesOn = true });
            }

            _rows[^1].GoesOn = false;
            (_row, _column) = line == at ? (before + (offset / columns), offset % columns) : (_row, _column);
        }

        Reach();
        (_row, _column) = _row < Top ? (Top, 0) : (_row, _column);
    }

    private static bool IsWhole(string code) => code.Length > 1 && (code[1] is not ('[' or ']') || (code.Length > 2
        && (code[1] == '[' ? code[^1] is >= '@' and <= '~' : code[^1] == '\a')));

    private void Obey(string code)
    {
        var number = int.TryParse(
            code.AsSpan(Math.Min(2, code.Length), Math.Max(0, code.Length - 3)), CultureInfo.InvariantCulture,
            out var given) ? given : (int?)null;
        switch (code[^1])
        {
            case 'A':
                _row = Math.Max(Top, _row - Math.Max(1, number ?? 1));
                break;
            case 'C':
                _column = Math.Min(Columns - 1, _column + Math.Max(1, number ?? 1));
                break;
            case 'J' when number is null or 0 && _column == 0 && _row == Top:
                // As tmux does: a whole window that is erased joins the lines above.
                _rows.AddRange(Enumerable.Range(0, Rows).Select(_ => new Row()));
                _row = Top;
                break;
            case 'J' when number is null or 0:
                Current.Cut(_column);
                _rows.Skip(_row + 1).ToList().ForEach(row => row.Cut(0));
                break;
            case 'K' when number is null or 0:
                Current.Cut(_column);
                break;
            case 'h' or 'l' when code.StartsWith("\e[?7", StringComparison.Ordinal) && code.Length == 5:
                _wraps = code[^1] == 'h';
                break;
            case 'm' or '=' or '>':
            case 'h' or 'l' when code.StartsWith("\e[?", StringComparison.Ordinal):
                break;
            default:
                throw new InvalidOperationException(
                    $"The code {code.Replace("\e", "ESC", StringComparison.Ordinal)} is not known.");
        }
    }

    private Row Current => _rows[_row];

    private int Top => Math.Max(0, _rows.Count - Rows);

    private void Put(Rune rune)
    {
        var width = IsWide(rune) ? 2 : 1;
        if (_column + width > Columns)
        {
            if (_wraps)
            {
                Current.GoesOn = true;
                (_row, _column) = (_row + 1, 0);
                Reach();
            }
            else
            {
                _column = Columns - width;
            }
        }

        Current.Set(_column, rune.ToString());
        for (var rest = 1; rest < width; rest++)
        {
            Current.Set(_column + rest, "");
        }

        _column += width;
    }

    private void Reach()
    {
        while (_rows.Count <= _row || _rows.Count < Rows)
        {
            _rows.Add(new());
        }
    }

    private List<List<string>> Whole()
    {
        var lines = new List<List<string>>();
        var goesOn = false;
        foreach (var row in _rows)
        {
            if (goesOn)
            {
                lines[^1].AddRange(row.Cells);
            }
            else
            {
                lines.Add([.. row.Cells]);
            }

            goesOn = row.GoesOn;
        }

        return lines;
    }

    private static bool IsWide(Rune rune) =>
        rune.Value is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3)
            or (>= 0xf900 and <= 0xfaff) or (>= 0xff00 and <= 0xff60) or (>= 0x1f300 and <= 0x1f64f)
            or (>= 0x20000 and <= 0x3fffd);

    private sealed class Row
    {
        public List<string> Cells { get; init; } = [];

        /// <summary>Whether the next row is the same line.</summary>
        public bool GoesOn { get; set; }

        public void Set(int column, string cell)
        {
            while (Cells.Count <= column)
            {
                Cells.Add(" ");
            }

            Cells[column] = cell;
        }

        public void Cut(int column)
        {
            Cells.RemoveRange(Math.Min(column, Cells.Count), Math.Max(0, Cells.Count - column));
            GoesOn = false;
        }
    }
}
