using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The cut by layer: channels and MACs of each layer, the groups, and why a layer was not cut.</summary>
internal static class LayersSection
{
    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        if (run.Summary is not { } summary || (summary.Layers.IsEmpty && summary.Groups.IsEmpty))
        {
            return;
        }

        html.Add($"<section id=\"layers\">\n<h2>What was cut</h2>\n");
        if (!summary.Layers.IsEmpty)
        {
            var key = """<span class="key kept"></span>kept <span class="key gone"></span>cut away""";
            AddColumns(
                html,
                "channels-chart",
                "Output channels of each layer",
                key,
                ChannelSentence(summary),
                "channels",
                [.. summary.Layers.Select(l => new Column(l.Name, l.ChannelsBefore, l.ChannelsAfter))]);
            AddColumns(
                html,
                "macs-chart",
                "MACs of each layer",
                key,
                MacsSentence(summary),
                "MACs",
                [.. summary.Layers.Select(l => new Column(l.Name, l.MacsBefore, l.MacsAfter))]);
        }

        if (!summary.Parts.IsEmpty)
        {
            AddParts(html, summary);
        }

        if (!summary.Groups.IsEmpty)
        {
            AddGroups(html, summary);
        }

        html.Add($"</section>\n");
        if (!summary.Layers.IsEmpty)
        {
            AddReasons(html, summary);
        }
    }

    private static void AddColumns(
        HtmlBuilder html, string id, string title, string key, string sentence, string unit, Column[] columns)
    {
        double top = Math.Max(1, columns.Max(c => c.Before));
        var density = columns.Length switch { <= 36 => "sparse", <= 80 => "close", _ => "packed" };
        html.Add($"""
            <figure class="wide" id="{id}">
            <h3>{title}</h3>
            <div class="legend static" aria-hidden="true">{new Markup(key)}</div>
            <div class="columns {density}" role="img" aria-label="Chart: {title}. {sentence}">
            <div class="scale" aria-hidden="true"><span>{Wording.Count((long)top)}</span><span>{Wording.Count((long)top / 2)}</span><span>0</span></div>
            <div class="bars" aria-hidden="true">

            """);
        foreach (var (name, before, after) in columns)
        {
            html.Add($"""
                <div class="column" title="{name}: {Wording.Count(after)} of {Wording.Count(before)} {unit}"><div class="room"><div class="before" style="height:{before / top * 100}%"><div class="after" style="height:{(before > 0 ? 100.0 * after / before : 0)}%"></div></div></div><span class="name">{name}</span></div>

                """);
        }

        html.Add($"""
            </div>
            </div>
            <figcaption>{sentence}</figcaption>
            </figure>

            """);
    }

    private static string ChannelSentence(RunSummary summary)
    {
        var pruned = summary.Layers.Where(l => l.ChannelsAfter < l.ChannelsBefore).ToArray();
        if (pruned.Length == 0)
        {
            return "No layer lost a channel.";
        }

        var most = pruned.MinBy(l => (double)l.ChannelsAfter / l.ChannelsBefore)!;
        return $"{pruned.Length} of {Wording.Plural(summary.Layers.Length, "layer")} lost channels, "
            + $"{Wording.Whole(pruned.Sum(l => l.ChannelsBefore - l.ChannelsAfter))} of "
            + $"{Wording.Whole(summary.Layers.Sum(l => (long)l.ChannelsBefore))} in all; "
            + $"{most.Name} lost the largest part "
            + $"({Wording.Percent(1 - (double)most.ChannelsAfter / most.ChannelsBefore, 0)}).";
    }

    private static string MacsSentence(RunSummary summary)
    {
        var most = summary.Layers.MaxBy(l => l.MacsBefore - l.MacsAfter)!;
        var saved = most.MacsBefore - most.MacsAfter;
        var where = saved > 0 ? $" {most.Name} saves the most, {Wording.Count(saved)}." : "";
        return $"The whole network goes from {Wording.Count(summary.MacsBefore)} to "
            + $"{Wording.Count(summary.MacsAfter)}.{where}";
    }

    private static void AddParts(HtmlBuilder html, RunSummary summary)
    {
        html.Add($"""
            <h3 id="parts">Parts</h3>
            <table class="dense">
            <caption class="visually-hidden">What each part costs before and after the cut</caption>
            <thead><tr><th scope="col" class="text">Part</th><th scope="col">MACs</th><th scope="col">Left</th><th scope="col">Parameters</th><th scope="col">Left</th></tr></thead>
            <tbody>

            """);
        foreach (var part in summary.Parts)
        {
            html.Add($"""
                <tr><th scope="row" class="text">{part.Name}</th><td>{Wording.Count(part.MacsBefore)}</td><td>{Wording.Count(part.MacsAfter)}</td><td>{Wording.Count(part.ParametersBefore)}</td><td>{Wording.Count(part.ParametersAfter)}</td></tr>

                """);
        }

        html.Add($"</tbody>\n</table>\n");
    }

    private static void AddGroups(HtmlBuilder html, RunSummary summary)
    {
        double widest = summary.Groups.Max(g => g.Channels);
        var frozen = summary.Groups.Count(g => g.FrozenReason is not null);
        html.Add($"""
            <h3 id="groups">Groups</h3>
            <p class="lead">A group is a set of channels that must be removed together, over all layers that share them. {Wording.Plural(summary.Groups.Length, "group")}{(frozen > 0 ? $", {frozen} frozen" : "")}.</p>
            <table class="groups">
            <caption class="visually-hidden">Kept channels of each group</caption>
            <thead><tr><th scope="col">Group</th><th scope="col" class="number">Kept</th><th scope="col" class="number">Of</th><th scope="col" class="wide-cell"><span class="visually-hidden">Kept part</span></th><th scope="col" class="number">MACs</th></tr></thead>
            <tbody>

            """);
        foreach (var group in summary.Groups)
        {
            var kept = group.Kept.Length;
            var reason = group.FrozenReason is string why ? $"frozen: {why}" : "";
            html.Add($"""
                <tr><th scope="row"><span class="code">{group.Name}</span>{Aside(reason)}</th><td class="number strong">{kept}</td><td class="number">{group.Channels}</td><td class="wide-cell"><div class="bar{(group.FrozenReason is null ? "" : " frozen")}" style="width:{100 * group.Channels / widest}%"><div style="width:{(group.Channels > 0 ? 100.0 * kept / group.Channels : 0)}%"></div></div></td><td class="number">{Wording.Change(group.MacsBefore, group.MacsAfter)}</td></tr>

                """);
        }

        html.Add($"</tbody>\n</table>\n");
    }

    private static void AddReasons(HtmlBuilder html, RunSummary summary)
    {
        int Of(LayerStatus status) => summary.Layers.Count(l => l.Status == status);
        html.Add($"""
            <section id="why">
            <h2>Why not pruned</h2>
            <p class="lead">Every layer is either pruned, kept whole by its rank or a limit, or frozen with a reason: {Of(LayerStatus.Pruned)} pruned, {Of(LayerStatus.Kept)} kept, {Of(LayerStatus.Frozen)} frozen.</p>
            <table class="reasons" role="table">
            <caption class="visually-hidden">Each layer’s status and its reason</caption>
            <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Layer</th><th scope="col" role="columnheader">Status</th><th scope="col" role="columnheader" class="number">Channels</th><th scope="col" role="columnheader" class="number">MACs</th><th scope="col" role="columnheader">Reason</th></tr></thead>
            <tbody role="rowgroup">

            """);
        foreach (var layer in summary.Layers)
        {
            var status = layer.Status.ToString().ToLowerInvariant();
            html.Add($"""
                <tr role="row"><th scope="row" role="rowheader"><span class="code">{layer.Name}</span></th><td role="cell"><span class="status {status}">{status}</span></td><td role="cell" class="number">{FromTo(Wording.Whole(layer.ChannelsBefore), Wording.Whole(layer.ChannelsAfter))}</td><td role="cell" class="number">{FromTo(Wording.Count(layer.MacsBefore), Wording.Count(layer.MacsAfter))}</td><td role="cell" class="reason">{layer.Reason ?? ""}</td></tr>

                """);
        }

        html.Add($"</tbody>\n</table>\n</section>\n");
    }

    private static string FromTo(string before, string after) => before == after ? before : $"{before} → {after}";

    private static Markup Aside(string text)
    {
        var html = new HtmlBuilder();
        if (text.Length > 0)
        {
            html.Add($"<span class=\"aside\">{text}</span>");
        }

        return html.ToMarkup();
    }

    private sealed record Column(string Name, long Before, long After);
}
