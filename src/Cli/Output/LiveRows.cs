using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Ocs.Cli.Output;

/// <summary>
/// Live rows at the end of a terminal's text. They are rewritten in place, while lines are added above them.
/// </summary>
/// <remarks>
/// The cursor stays at the start of the first row. However a resized window moves text, only the rows follow the
/// cursor, and one code erases them. Wrapping is off while they are written, so a row that is too long for a narrowed
/// window is truncated.
/// </remarks>
internal sealed class LiveRows : IDisposable
{
    // Erases the first row, then all from its second character on. tmux treats erasing from the first character of a
    // window as clearing the window, and saves the text in its history.
    private const string EraseRows = "\r\e[K\e[C\e[J\r";
    private const string NoWrap = "\e[?7l";
    private const string WrapAgain = "\e[?7h";
    private readonly CleanWriter _writer;
    private readonly Screen _screen;
    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private Func<int, IReadOnlyList<string>> _rows = _ => [];
    private bool _isOver;

    public LiveRows(CleanWriter writer, Screen screen)
    {
        _writer = writer;
        _screen = screen;
        if (!OperatingSystem.IsWindows())
        {
            Listen(PosixSignal.SIGWINCH, "");
            Listen(PosixSignal.SIGCONT, "");
            Listen(PosixSignal.SIGTSTP, EraseRows);
        }
    }

    /// <summary>Replaces the rows. They are made for a number of columns.</summary>
    public void Show(Func<int, IReadOnlyList<string>> rows)
    {
        lock (_lock)
        {
            _rows = rows;
            Draw(above: "");
        }
    }

    /// <summary>Writes lines above the rows, where they stay.</summary>
    /// <param name="lines">Clean lines, colours included.</param>
    public void WriteAbove(IEnumerable<string> lines)
    {
        lock (_lock)
        {
            Draw(string.Concat(lines.Select(line => $"{line}\n")));
        }
    }

    /// <summary>Erases the rows, and shows no others.</summary>
    public void Erase()
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _isOver = true;
                _writer.WriteRaw(EraseRows);
                _writer.Flush();
            }
        }
    }

    /// <inheritdoc cref="Erase"/>
    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        Erase();
    }

    // Redraws when the width changes, and erases the rows when the shell suspends the program.
    [UnsupportedOSPlatform("windows")]
    private void Listen(PosixSignal signal, string only) =>
        _signals.Add(PosixSignalRegistration.Create(signal, context =>
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            if (only.Length == 0)
            {
                Draw(above: "");
            }
            else
            {
                _writer.WriteRaw(only);
                _writer.Flush();
            }
        }
    }));

    private void Draw(string above)
    {
        var size = _screen.Size();
        var rows = (_isOver ? [] : _rows(size.Columns)).Take(Math.Max(0, size.Rows - 1))
            .Select(row => TextWidth.Cut(CleanText.Line(row), size.Columns)).ToList();
        var text = new StringBuilder(EraseRows).Append(above);
        if (rows.Count > 0)
        {
            text.Append(NoWrap).AppendJoin("\n", rows).Append(WrapAgain).Append('\r');
            _ = rows.Count > 1 ? text.Append("\e[").Append(rows.Count - 1).Append('A') : text;
        }

        _writer.WriteRaw(text.ToString());
        _writer.Flush();
    }
}
