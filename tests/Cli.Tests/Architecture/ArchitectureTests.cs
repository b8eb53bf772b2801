using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Ocs.Cli.Tests.Architecture;

/// <summary>Rules that the layout of the repository follows.</summary>
public partial class ArchitectureTests
{
    private const int LongestFile = 400;
    private const int LongestShim = 1170;
    private const int LongestOperators = 1150;
    private const int LongestKernels = 1600;
    private const int LongestOptional = 600;

    private static readonly string[] Houses =
        [.. Directory.EnumerateDirectories(Repository.PathOf("src"))
            .Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Project_references_are_those_of_the_layout_page()
    {
        var rows = HouseRow().Matches(File.ReadAllText(Repository.PathOf("docs/layout.md")));
        var stated = rows.ToDictionary(
            row => row.Groups["house"].Value, row => Split(row.Groups["references"].Value), StringComparer.Ordinal);
        Assert.Equal(Houses, stated.Keys.Order(StringComparer.Ordinal));
        foreach (var house in Houses)
        {
            var expected = house == "Core"
                ? []
                : stated[house] is ["all"] ? Houses.Where(other => other != house) : stated[house].Append("Core");
            Assert.Equal(expected.Order(StringComparer.Ordinal), References(house).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Native_functions_are_declared_only_under_Interop()
    {
        var outside = Repository.Files("src", "*.cs")
            .Where(file => !file.Contains("/Interop/", StringComparison.Ordinal)
            && File.ReadAllText(file).Contains("LibraryImport(", StringComparison.Ordinal));

        Assert.Empty(outside);
    }

    [Fact]
    public void No_source_file_is_too_long()
    {
        var folders = new[] { "src", "tests", "bench", "examples" }.Where(
            folder => Directory.Exists(Repository.PathOf(folder)));
        var tooLong = folders
            .SelectMany(folder => Repository.Files(folder, "*.cs"))
            .Select(file => (File: file, Lines: File.ReadLines(file).Count()))
            .Where(pair => pair.Lines > LongestFile);

        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_shim_its_operators_kernels_and_optional_parts_stay_small()
    {
        var lines = Repository.Files("native", "*.*")
            .Where(file => Path.GetExtension(file) is ".cpp" or ".h")
            .ToLookup(
                file => new[] { "operators", "kernels", "optional" }.FirstOrDefault(
                    part => file.Contains($"/native/{part}/", StringComparison.Ordinal), "shim"),
                file => File.ReadLines(file).Count());

        Assert.InRange(lines["shim"].Sum(), 1, LongestShim);
        Assert.InRange(lines["operators"].Sum(), 1, LongestOperators);
        Assert.InRange(lines["kernels"].Sum(), 1, LongestKernels);
        Assert.InRange(lines["optional"].Sum(), 1, LongestOptional);
    }

    [Fact]
    public void Every_public_type_has_a_summary()
    {
        var missing = Houses.SelectMany(house =>
        {
            var name = house == "Cli" ? "ocs" : $"Ocs.{house}";
            var documented = XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{name}.xml"))
                .Descendants("member")
                .Where(member => member.Element("summary") is not null || member.Element("inheritdoc") is not null)
                .Select(member => member.Attribute("name")!.Value)
                .ToHashSet(StringComparer.Ordinal);
            return Assembly.Load(name).GetExportedTypes()
                .Where(type => !IsGenerated(type) && !documented.Contains($"T:{type.FullName!.Replace('+', '.')}"))
                .Select(type => type.FullName);
        });

        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("README.md", "QuickStart", "Program.cs")]
    [InlineData("docs/library.md", "LoadRunSave", "Program.cs")]
    [InlineData("docs/library.md", "Observed", "Program.cs")]
    [InlineData("docs/library.md", "OwnCriterion", "Program.cs")]
    [InlineData("docs/library.md", "OwnLoop", "Program.cs")]
    [InlineData("docs/library.md", "CustomOperator", "TrainedMish.cs")]
    public void A_page_shows_the_whole_program_of_its_example(string page, string example, string file)
    {
        var blocks = CodeBlock().Matches(File.ReadAllText(Repository.PathOf(page))).Select(
            match => match.Groups["code"].Value);
        var folder = Repository.PathOf($"examples/{example}");

        Assert.Contains(File.ReadAllText(Path.Combine(folder, file)), blocks);
        Assert.DoesNotContain(
            "<Using", File.ReadAllText(Path.Combine(folder, $"{example}.csproj")), StringComparison.Ordinal);
    }

    private static string[] References(string house) =>
    [
        .. XDocument.Load(Repository.PathOf($"src/{house}/{house}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)),
    ];

    private static string[] Split(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // The compiler keeps extension members in nested types of its own, whose names no program can have.
    private static bool IsGenerated(Type type) =>
        (type.IsNested && !type.IsNestedPublic) || type.FullName!.Contains('<', StringComparison.Ordinal);

    [GeneratedRegex(
        @"^\| `src/(?<house>\w+)` \|.*\| (?<references>[\w, ]*)\|\s*$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex HouseRow();

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlock();
}
