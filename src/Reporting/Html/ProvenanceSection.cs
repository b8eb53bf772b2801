using System.Globalization;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>Provenance, to repeat the run: command, options, seed, versions.</summary>
internal static class ProvenanceSection
{
    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        html.Add($"<section id=\"provenance\">\n<h2>How to repeat it</h2>\n");
        if (run.Summary is RunSummary summary)
        {
            if (summary.Command is string command)
            {
                html.Add(
                    $"<pre class=\"command\" tabindex=\"0\" aria-label=\"Command\"><code>{command}</code></pre>\n");
            }

            html.Add($"<dl>\n");
            AddFact(html, "Start", summary.Weights is string file ? $"the weights of {file}" : null);
            AddFact(html, "Teacher", summary.Teacher);
            AddFact(html, "Seed", summary.Seed?.ToString(CultureInfo.InvariantCulture));
            AddFact(html, "Preset", summary.Preset);
            AddFact(html, "Target", summary.Target is double t ? Wording.Percent(t, 0) : null);
            AddFact(html, "Epochs", summary.Epochs > 0 ? Wording.Whole(summary.Epochs) : null);
            AddFact(html, "Data", summary.Data);
            AddFact(html, "Validation samples", summary.TestSamples is int n ? Samples(summary, n) : null);
            AddFact(html, "Version", summary.Version is string v ? $"ocs {v}" : null);
            AddFact(html, "Engine", summary.Engine);
            AddFact(
                html,
                "Latency",
                summary.Latency is LatencySummary l
                    ? $"{l.Runtime}, cpu, {Wording.Plural(l.Threads, "thread")}, median"
                    : null);
            html.Add($"</dl>\n");
        }

        if (run.Config is string config)
        {
            html.Add($"""
                <details id="options">
                <summary>All options (config.yaml)</summary>
                <pre tabindex="0" aria-label="Options"><code>{config.TrimEnd()}</code></pre>
                </details>

                """);
        }

        html.Add($"</section>\n");
    }

    private static string Samples(RunSummary summary, int samples)
    {
        var error = Verdict.StandardError(summary.ValAccuracy, samples);
        var known = error is double e
            ? $" (standard error of the accuracy: {Wording.Fixed(e * 100, 2)} points)"
            : "";
        return Wording.Whole(samples) + known;
    }

    private static void AddFact(HtmlBuilder html, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>\n");
        }
    }
}
