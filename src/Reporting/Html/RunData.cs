using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The data for the script of a run's page: the run's records, with their names.</summary>
internal sealed record RunData(
    ImmutableArray<RunRecord> Records, RunSummary? Summary, ImmutableArray<NormSpread> Spreads)
{
    public static RunData Of(RunFolder run) => new(run.Records, run.Summary, NormSpread.Of(run.Records));

    /// <summary>JSON that is safe inside a script element: the default encoder escapes every angle bracket.</summary>
    public Markup ToIsland() => new(JsonSerializer.Serialize(this, PageJson.Default.RunData));
}

/// <summary>The range of norms of an epoch's kept and pruned channels.</summary>
internal sealed record NormSpread(int Epoch, NormRange? Kept, NormRange? Pruned)
{
    public static ImmutableArray<NormSpread> Of(ImmutableArray<RunRecord> records) =>
    [
        .. records.Where(record => record.Norms is not null).Select(record => new NormSpread(
            record.Epoch, RangeOf(record.Norms!.Kept), RangeOf(record.Norms.Pruned))),
    ];

    private static NormRange? RangeOf(NormCounts norms) => norms.Quantile(0.5) is double middle
        ? new(norms.Total, norms.Quantile(0.1)!.Value, middle, norms.Quantile(0.9)!.Value)
        : null;
}

/// <summary>Median, 10th and 90th percentile of norms.</summary>
internal sealed record NormRange(long Channels, double Low, double Middle, double High);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunData))]
[JsonSerializable(typeof(ComparisonData))]
[JsonSerializable(typeof(BudgetsData))]
internal sealed partial class PageJson : JsonSerializerContext;
