using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>
/// The one place that says how records look as JSON: snake case, numbers that are not finite by name.
/// </summary>
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
    // Made at first use: a static initializer here would run before the generated ones that it needs.

    /// <summary>One line, without escapes that a reader of the file would stumble over.</summary>
    public static RunLogJson Line => field ??= new(Readable(indented: false));

    public static RunLogJson Indented => field ??= new(Readable(indented: true));

    private static JsonSerializerOptions Readable(bool indented) => new(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
    };
}
