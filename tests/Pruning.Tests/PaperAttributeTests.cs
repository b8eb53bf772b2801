using System.Reflection;

namespace Ocs.Pruning.Tests;

/// <summary>The paper's equations are each in one place, and docs/method.md says where.</summary>
public sealed class PaperAttributeTests
{
    private const string Marker = "<!-- equations -->";

    private static readonly IReadOnlyList<(string Reference, Type Type)> Marked =
    [
        .. typeof(PaperAttribute).Assembly.GetTypes()
            .Select(type => (type.GetCustomAttribute<PaperAttribute>()?.Reference ?? "", type))
            .Where(pair => pair.Item1 != "")
            .OrderBy(pair => pair.Item1.StartsWith("Alg.", StringComparison.Ordinal))
            .ThenBy(pair => pair.Item1, StringComparer.Ordinal),
    ];

    [Fact]
    public void Each_equation_and_the_algorithm_has_exactly_one_type()
    {
        Assert.Equal(
            [.. Enumerable.Range(1, 9).Select(number => $"Eq. {number}"), "Alg. 1"],
            Marked.Select(pair => pair.Reference));
    }

    [Fact]
    public void The_table_of_the_method_page_names_the_files()
    {
        var root = Root();
        var lines = File.ReadAllLines(Path.Combine(root, "docs", "method.md"));
        var markers = Enumerable.Range(0, lines.Length).Where(line => lines[line].Trim() == Marker).ToList();
        Assert.Equal(2, markers.Count);
        var rows = lines[(markers[0] + 1)..markers[1]].Where(line => line.StartsWith("| Eq.", StringComparison.Ordinal)
            || line.StartsWith("| Alg.", StringComparison.Ordinal));
        var expected = Marked.Select(pair => $"| {pair.Reference} | `{FileOf(root, pair.Type)}` |").ToList();
        Assert.True(
            expected.SequenceEqual(rows),
            $"docs/method.md must say between its markers:\n{string.Join('\n', expected)}");
    }

    // A public type has the file of its name, in the folder of its namespace.
    private static string FileOf(string root, Type type)
    {
        var folder = string.Join('/', type.Namespace!.Split('.').Skip(2));
        var file = folder == "" ? $"{type.Name}.cs" : $"{folder}/{type.Name}.cs";
        Assert.True(File.Exists(Path.Combine(root, "src", "Pruning", file)), $"src/Pruning/{file} is not there.");
        return file;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Ocs.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
