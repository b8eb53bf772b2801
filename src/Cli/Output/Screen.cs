using System.Globalization;

namespace Ocs.Cli.Output;

/// <summary>The screen for text, and its abilities.</summary>
/// <param name="IsTerminal">Whether a person watches.</param>
/// <param name="MovesCursor">Whether written text can be replaced.</param>
/// <param name="HasColour">Whether colours are wanted.</param>
/// <param name="HasUnicode">Whether lines and bars may use characters beyond ASCII.</param>
/// <param name="Size">Its current size, which may change at any time.</param>
internal sealed record Screen(bool IsTerminal, bool MovesCursor, bool HasColour, bool HasUnicode, Func<ScreenSize> Size)
{
    private const int UsualColumns = 80;
    private const int UsualRows = 24;

    /// <summary>The width of text in files and pipes.</summary>
    public const int PlainColumns = 100;

    /// <summary>A file or a pipe.</summary>
    public static Screen Plain { get; } = new(false, false, false, true, () => new(PlainColumns, UsualRows));

    /// <summary>The current width of a line.</summary>
    public int Columns => Size().Columns;

    /// <summary>
    /// The screen by the environment. If TERM is missing or dumb, the cursor does not move. NO_COLOR
    /// (https://no-color.org) turns colours off. COLUMNS limits the width. Without UTF-8 in the locale, drawing uses
    /// ASCII.
    /// </summary>
    public static Screen Of(bool isTerminal, Func<string, string?> variable)
    {
        var locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }
            .Select(variable)
            .FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? "";
        var hasUnicode = locale.Replace("-", "", StringComparison.Ordinal)
            .Contains("utf8", StringComparison.OrdinalIgnoreCase);
        if (!isTerminal)
        {
            return Plain with { HasUnicode = hasUnicode };
        }

        var moves = variable("TERM") is { Length: > 0 } and not "dumb";
        var hasColour = moves && string.IsNullOrEmpty(variable("NO_COLOR"));
        return new(true, moves, hasColour, hasUnicode, () => Limited(SizeOfTerminal(), variable("COLUMNS")));
    }

    /// <summary>A terminal's size, with its width limited by COLUMNS.</summary>
    internal static ScreenSize Limited(ScreenSize size, string? columns) =>
        int.TryParse(columns, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && wanted > 0
            ? size with { Columns = Math.Min(size.Columns, wanted) }
            : size;

    private static ScreenSize SizeOfTerminal()
    {
        try
        {
            return new(Or(Console.WindowWidth, UsualColumns), Or(Console.WindowHeight, UsualRows));
        }
        catch (Exception error)
            when (error is IOException or InvalidOperationException or PlatformNotSupportedException)
        {
            return new(UsualColumns, UsualRows);
        }
    }

    private static int Or(int size, int usual) => size > 0 ? size : usual;
}

/// <summary>Columns and rows.</summary>
internal readonly record struct ScreenSize(int Columns, int Rows);
