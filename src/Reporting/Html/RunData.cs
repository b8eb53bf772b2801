using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>What the script of a run's page reads: the run's own records, under their own names.</summary>
internal sealed record RunData(
    ImmutableArray<RunRecord> Records, RunSummary? Summary, ImmutableArray<NormSpread> Spreads)
{
    public static RunData Of(RunFolder run) => new(run.Records, run.Summary, NormSpread.Of(run.Records));

    /// <summary>JSON that can stand inside a script element: the default encoder escapes every angle bracket.</summary>
    public Markup ToIsland() => new(JsonSerializer.Serialize(this, PageJson.Default.RunData));
}

/// <summary>Where the norms of an epoch's kept and pruned channels lie.</summary>
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

/// <summary>The middle one of some norms, and those that a tenth of them are below and above.</summary>
internal sealed record NormRange(long Channels, double Low, double Middle, double High);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunData))]
[JsonSerializable(typeof(ComparisonData))]
[JsonSerializable(typeof(BudgetsData))]
internal sealed partial class PageJson : JsonSerializerContext;
