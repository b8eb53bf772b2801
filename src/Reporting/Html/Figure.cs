namespace Ocs.Reporting.Html;

/// <summary>A place for a chart, with its title, legend and the sentence that says what the chart shows.</summary>
/// <param name="Id">Where the script finds it.</param>
/// <param name="Title">Its headline.</param>
/// <param name="Sentence">
/// What can be seen, in words: the caption, and what a screen reader says instead of the chart.
/// </param>
internal sealed record Figure(string Id, string Title, string Sentence)
{
    /// <summary>Whether it takes the page's whole width.</summary>
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

    /// <summary>Sets the subscripts of J_avg and t_sl.</summary>
    private static Markup Symbols(string sentence) => new(new HtmlBuilder().Add($"{sentence}").ToString()
        .Replace("J_avg", "J<sub>avg</sub>", StringComparison.Ordinal)
        .Replace("t_sl", "t<sub>sl</sub>", StringComparison.Ordinal));
}
