using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>A page of the repository, read as GitHub reads it.</summary>
/// <param name="name">Its path in the repository.</param>
internal sealed class Page(string name)
{
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    private readonly MarkdownDocument _document =
        Markdown.Parse(File.ReadAllText(Repository.PathOf(name)), Pipeline);

    public string Name { get; } = name;

    /// <summary>The pages whose code is run: the first page, those of docs, and that of the packages.</summary>
    public static IReadOnlyList<Page> Manual { get; } =
    [
        .. new[] { "README.md", "CONTRIBUTING.md", "packaging/README.md" }.Concat(NamesIn("docs")).Select(page =>
            new Page(page)),
    ];

    /// <summary>Every page.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Manual, new("CHANGELOG.md"),
        .. new[] { "bench", "experiments" }.SelectMany(NamesIn).Select(page => new Page(page)),
    ];

    public IReadOnlyList<PageBlock> Blocks => [.. _document.Descendants<CodeBlock>().Select(Read)];

    /// <summary>What the links lead to, with their lines. Pictures are links, too.</summary>
    public IEnumerable<(int Line, string Target)> Links =>
        _document.Descendants<LinkInline>().Select(link => (LineOf(link), link.Url ?? ""))
            .Concat(_document.Descendants<AutolinkInline>().Select(link => (LineOf(link), link.Url)));

    /// <summary>The names of the headings in addresses.</summary>
    public IEnumerable<string> Anchors => _document.Descendants<HeadingBlock>()
        .Select(heading => heading.GetAttributes().Id ?? "");

    /// <summary>Words that stand in the text as code, with their lines.</summary>
    public IEnumerable<(int Line, string Text)> Spans =>
        _document.Descendants<CodeInline>().Select(span => (LineOf(span), span.Content));

    private static IEnumerable<string> NamesIn(string folder) => Repository.Files(folder, "*.md")
        .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal);

    private static int LineOf(MarkdownObject item) => item.Line + 1;

    private PageBlock Read(CodeBlock block)
    {
        var text = $"{string.Join('\n', block.Lines.Lines.Take(block.Lines.Count).Select(line => $"{line}"))}\n";
        var before = block.Parent!.TakeWhile(sibling => sibling != block).LastOrDefault() as HtmlBlock;
        return new(
            Name, LineOf(block), block is FencedCodeBlock fenced ? fenced.Info ?? "" : PageBlock.Indented, text,
            before is { Type: HtmlBlockType.Comment } ? $"{before.Lines}".Trim() : "");
    }
}
