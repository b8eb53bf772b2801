using Ocs.Cli.Tests;
using Ocs.Zoo;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// The table of docs/prunability.md, a row a network. OCS_ACCEPT=1 writes rows instead of comparing them.
/// </summary>
internal static class PrunabilityTable
{
    private const string Divider = "| --- |";

    private static string Document => Repository.PathOf("docs/prunability.md");

    public static void Matches(string name, IEnumerable<string> cells)
    {
        var row = $"| {name} | {string.Join(" | ", cells)} |";
        if (Environment.GetEnvironmentVariable("OCS_ACCEPT") == "1")
        {
            Accept(name, row);
        }

        Assert.Equal(RowOf(File.ReadAllLines(Document), name), row);
    }

    public static void HasARowForEachNetworkAndTheirNumber()
    {
        var lines = File.ReadAllLines(Document);
        Assert.All(Models.All, model => Assert.NotNull(RowOf(lines, model.Name)));
        Assert.Contains(lines, line => line.Contains($"All {Models.All.Length} networks", StringComparison.Ordinal));
    }

    private static string? RowOf(IEnumerable<string> lines, string name) =>
        lines.SingleOrDefault(line => line.StartsWith($"| {name} |", StringComparison.Ordinal));

    // Rows stand in the order of the zoo.
    private static void Accept(string name, string row)
    {
        var lines = File.ReadAllLines(Document).ToList();
        var start = lines.FindIndex(line => line.StartsWith(Divider, StringComparison.Ordinal)) + 1;
        var rows = lines.Skip(start).TakeWhile(line => line.StartsWith('|')).ToList();
        var names = Models.All.Select(model => model.Name).ToList();
        lines.RemoveRange(start, rows.Count);
        lines.InsertRange(start, rows
            .Where(line => RowOf([line], name) is null)
            .Append(row)
            .Where(line => names.Exists(known => RowOf([line], known) is not null))
            .OrderBy(line => names.FindIndex(known => RowOf([line], known) is not null)));
        File.WriteAllLines(Document, lines);
    }
}
