using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>What a page leads to is there: pages, headings, pictures, and the files that it names.</summary>
public sealed partial class LinkTests
{
    private static readonly Dictionary<string, HashSet<string>> Anchors = Page.All.ToDictionary(
        page => page.Name, page => page.Anchors.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    // What a build or a run makes is not in the repository.
    private static readonly string[] Folders =
        [.. new[] { "src", "docs", "tests", "bench", "examples", "experiments", "native", "packaging", ".github" }];

    [Fact]
    public void Every_link_of_a_page_leads_somewhere()
    {
        var faults = Page.All.SelectMany(page => page.Links.Select(link =>
            Fault(page.Name, link.Target) is { } fault ? $"{page.Name}:{link.Line}: {link.Target} {fault}" : null));

        Faults.None(faults.OfType<string>());
    }

    [Fact]
    public void Every_file_of_the_repository_that_a_page_names_is_there()
    {
        var faults = Page.All
            .Where(page => page.Name != "CHANGELOG.md")
            .SelectMany(page => page.Spans
                .Where(span => PathOfRepository().IsMatch(span.Text) && Folders.Contains(span.Text.Split('/')[0]))
                .Where(span => !Placeholder().IsMatch(span.Text) && !Exists(span.Text))
                .Select(span => $"{page.Name}:{span.Line}: there is no {span.Text}"));

        Faults.None(faults);
    }

    // docfx, which takes minutes, would refuse the link.
    [Fact]
    public void Every_file_that_a_page_of_the_site_leads_to_is_on_the_site()
    {
        var copied = CopiedFiles().Match(File.ReadAllText(Repository.PathOf("docs/build-site.sh")))
            .Groups["paths"].Value.Split(' ');
        var resources = JsonNode.Parse(File.ReadAllText(Repository.PathOf("docs/docfx.json")))!
            ["build"]!["resource"]![0]!["files"]!.AsArray().Select(pattern => PatternOf($"{pattern}")).ToList();

        var faults = Page.All
            .Where(page => page.Name == "README.md" || IsCopied(page.Name))
            .SelectMany(page => page.Links
                .Where(link => !link.Target.Contains(':', StringComparison.Ordinal) && link.Target[0] != '#')
                .Where(link => !IsOnSite(PathOf(page.Name, link.Target)))
                .Select(link => $"{page.Name}:{link.Line}: {link.Target} is not on the site"));

        Assert.NotEmpty(resources);
        Faults.None(faults);

        bool IsCopied(string path) => copied.Any(
            root => path == root || path.StartsWith($"{root}/", StringComparison.Ordinal));

        bool IsOnSite(string path) => path == "README.md"
            || (IsCopied(path) && (path.EndsWith(".md", StringComparison.Ordinal)
                || resources.Any(pattern => Regex.IsMatch(path, pattern))));
    }

    // A file or many (`**` and `*`) as a regular expression.
    private static string PatternOf(string pattern) => "^" + Regex.Escape(pattern)
        .Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal) + "$";

    private static string PathOf(string page, string target)
    {
        var path = target.Split('#')[0];
        return path.Length == 0
            ? page
            : Path.GetRelativePath(
                Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, path));
    }

    private static string? Fault(string page, string target)
    {
        if (target.Contains(':', StringComparison.Ordinal))
        {
            return Uri.TryCreate(target, UriKind.Absolute, out var address) && address.Scheme is "https" or "http"
                && address.Host.Contains('.', StringComparison.Ordinal) ? null : "is no address";
        }

        var parts = target.Split('#');
        var path = PathOf(page, target);
        if (!Exists(path))
        {
            return "is not there";
        }

        return parts.Length == 1 || (Anchors.TryGetValue(path, out var anchors) && anchors.Contains(parts[1]))
            ? null
            : "has no such heading";
    }

    private static bool Exists(string path)
    {
        var whole = Repository.PathOf(path);
        return File.Exists(whole) || Directory.Exists(whole)
            || (path.Contains('*', StringComparison.Ordinal)
                && Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(whole)!, Path.GetFileName(whole)).Any());
    }

    // A word in capitals stands for any name.
    [GeneratedRegex("/[A-Z]+(/|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"git ls-files -z -- (?<paths>.+) \|")]
    private static partial Regex CopiedFiles();

    [GeneratedRegex(@"^\.?[\w-]+(/[\w.*-]+)+/?$")]
    private static partial Regex PathOfRepository();
}
