using System.Collections.Immutable;
using System.Text;
using Ocs.Reporting.Html;
using Ocs.RunLog;

namespace Ocs.Reporting.Tables;

/// <summary>The table of runs as LaTeX, with rules from the package booktabs.</summary>
public static class LatexTable
{
    /// <summary>Writes the table into a file and returns its path.</summary>
    public static string Write(IReadOnlyList<RunFolder> runs, string path)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var text = Render(NamedRun.Of(runs));
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        return path;
    }

    internal static string Render(ImmutableArray<NamedRun> runs)
    {
        var rows = RunRow.Of(runs);
        var columns = RunColumn.For(rows);
        var text = new StringBuilder("% \\usepackage{booktabs}\n\\begin{tabular}{l");
        text.AppendJoin("", columns.Select(column => column.IsText ? 'l' : 'r')).Append("}\n\\toprule\n");
        Row(text, ["Run", .. columns.Select(column => column.Title)]);
        text.Append("\\midrule\n");
        foreach (var row in rows)
        {
            Row(text, [row.Run.Name, .. columns.Select(column => column.Text(row) ?? Wording.Nothing)]);
        }

        return text.Append("\\bottomrule\n\\end{tabular}\n").ToString();
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        text.AppendJoin(" & ", cells.Select(Escape)).Append(" \\\\\n");

    private static string Escape(string text) => string.Concat(text.Select(letter => letter switch
    {
        '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{letter}",
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '\u00a0' => "~",
        '–' => "--",
        '−' => "$-$",
        '±' => "$\\pm$",
        '×' => "$\\times$",
        _ => letter.ToString(),
    }));
}
