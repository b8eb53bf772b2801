using Ocs.Torch;

namespace Ocs.Training;

/// <summary>What each <see cref="Precision"/> requires of the processor.</summary>
internal static class Precisions
{
    private const string ProcessorFile = "/proc/cpuinfo";

    // Without them libtorch converts bf16 to float32 and back, which is slower than float32 itself.
    private static readonly string[] Instructions = ["avx512_bf16", "amx_bf16", "bf16"];

    /// <summary>The narrow type, or null for float32.</summary>
    public static DType? Autocast(this Precision precision) => precision switch
    {
        Precision.Bf16 => DType.BFloat16,
        Precision.Fp16 => DType.Float16,
        _ => null,
    };

    /// <summary>Its name in options and messages.</summary>
    public static string Name(this Precision precision) => precision.ToString().ToLowerInvariant();

    /// <summary>The candidates, the wider type first.</summary>
    /// <exception cref="OcsInputException">The device can't compute in the precision.</exception>
    public static Precision[] Candidates(this Precision precision, Device device) => precision switch
    {
        Precision.Fp16 when device.Kind == DeviceKind.Cpu => throw new OcsInputException(
            "precision fp16 needs a CUDA device: libtorch's autocast knows only bf16 on a CPU; "
            + "choose bf16, auto or fp32."),
        Precision.Auto => device.Kind != DeviceKind.Cpu || HasBfloat16(ProcessorFlags())
            ? [Precision.Fp32, Precision.Bf16]
            : [Precision.Fp32],
        _ => [precision],
    };

    /// <summary>Whether a line of flags, as Linux shows a processor's, names bf16 instructions.</summary>
    internal static bool HasBfloat16(string flags) => flags.Split([' ', '\t']).Intersect(Instructions).Any();

    // x86 says flags, Arm says Features.
    private static string ProcessorFlags() => File.Exists(ProcessorFile)
        ? File.ReadLines(ProcessorFile).FirstOrDefault(line =>
            line.StartsWith("flags", StringComparison.Ordinal)
            || line.StartsWith("Features", StringComparison.Ordinal)) ?? ""
        : "";
}
