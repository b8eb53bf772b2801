using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>What the page's script reads: the run's own records, under their own names.</summary>
internal sealed record ReportData(ImmutableArray<RunRecord> Records, RunSummary? Summary)
{
    /// <summary>JSON that can stand inside a script element: the default encoder escapes every angle bracket.</summary>
    public Markup ToIsland() => new(JsonSerializer.Serialize(this, ReportJson.Default.ReportData));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ReportData))]
internal sealed partial class ReportJson : JsonSerializerContext;
