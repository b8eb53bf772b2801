using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>The JSON of records: snake case, NaN and infinities by name.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(RunProfile))]
[JsonSerializable(typeof(RepeatSummary))]
[JsonSerializable(typeof(BudgetCurve))]
[JsonSerializable(typeof(RunSamples))]
internal sealed partial class RunLogJson : JsonSerializerContext
{
    // Created at first use: a static initializer here would run before the generated ones that it needs.

    /// <summary>On one line, with as few escapes as possible.</summary>
    public static RunLogJson Line => field ??= new(Readable(indented: false));

    public static RunLogJson Indented => field ??= new(Readable(indented: true));

    private static JsonSerializerOptions Readable(bool indented) => new(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
    };
}
