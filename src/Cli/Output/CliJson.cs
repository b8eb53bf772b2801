using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ocs.Cli.Commands;

namespace Ocs.Cli.Output;

/// <summary>The JSON objects of `--json`: names in snake case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ModelsOutput))]
[JsonSerializable(typeof(InitOutput))]
[JsonSerializable(typeof(CompletionOutput))]
[JsonSerializable(typeof(DoctorOutput))]
[JsonSerializable(typeof(InspectOutput))]
[JsonSerializable(typeof(EvalOutput))]
[JsonSerializable(typeof(DetectOutput))]
[JsonSerializable(typeof(PruneOutput))]
[JsonSerializable(typeof(DataOutput))]
[JsonSerializable(typeof(PackOutput))]
[JsonSerializable(typeof(ExportOutput))]
[JsonSerializable(typeof(QuantizeOutput))]
[JsonSerializable(typeof(ReportOutput))]
[JsonSerializable(typeof(WatchOutput))]
[JsonSerializable(typeof(VerifyOutput))]
[JsonSerializable(typeof(BenchOutput))]
[JsonSerializable(typeof(TrainingPlan))]
[JsonSerializable(typeof(SweepOutput))]
[JsonSerializable(typeof(ErrorOutput))]
[JsonSerializable(typeof(HelpOutput))]
[JsonSerializable(typeof(VersionOutput))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Indented, with as few escapes as possible.</summary>
    public static CliJson Readable => field ??= new(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    });
}
