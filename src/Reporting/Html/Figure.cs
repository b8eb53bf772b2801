namespace Ocs.Reporting.Html;

/// <summary>A chart with its title, legend and caption.</summary>
/// <param name="Id">The id of the element, for the script.</param>
/// <param name="Title">Its headline.</param>
/// <param name="Sentence">The caption: describes the chart, also for screen readers.</param>
internal sealed record Figure(string Id, string Title, string Sentence)
{
    /// <summary>Whether it has the full width of the page.</summary>
    public bool IsWide { get; init; }

    /// <summary>Controls above the chart.</summary>
    public Markup Controls { get; init; } = new("");

    public void AddTo(HtmlBuilder html) => html.Add($"""
        <figure class="{(IsWide ? "wide" : "half")}" id="{Id}">
        <h3>{Title} <span aria-hidden="true"></span></h3>
        {Controls}<div class="legend" aria-hidden="true"></div>
        <div class="plot" role="img" aria-label="Chart: {Title}. {Sentence}"></div>
        <figcaption>{Symbols(Sentence)}</figcaption>
        </figure>

        """);

    /// <summary>Formats the subscripts of J_avg and t_sl.</summary>
    private static Markup Symbols(string sentence) => new(new HtmlBuilder().Add($"{sentence}").ToString()
        .Replace("J_avg", "J<sub>avg</sub>", StringComparison.Ordinal)
        .Replace("t_sl", "t<sub>sl</sub>", StringComparison.Ordinal));
}
