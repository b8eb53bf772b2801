using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Ocs.Cli.Output;

namespace Ocs.Cli.Health;

/// <summary>The processor's name, and the instruction sets that the kernels use.</summary>
internal static class ProcessorFeatures
{
    private const string Information = "/proc/cpuinfo";

    // Flags in /proc/cpuinfo, with their usual names.
    private static readonly (string Flag, string Name)[] Sets =
    [
        ("avx2", "AVX2"), ("fma", "FMA"), ("avx512f", "AVX-512"), ("avx512_bf16", "AVX-512 BF16"),
        ("avx512_vnni", "AVX-512 VNNI"), ("avx_vnni", "AVX VNNI"), ("amx_bf16", "AMX BF16"),
    ];

    public static Finding Look()
    {
        var lines = Lines();
        // Arm's kernel names no model.
        var name = ValueOf(lines, "model name") ?? $"{RuntimeInformation.ProcessArchitecture}";
        var flags = (ValueOf(lines, "flags") ?? "").Split(' ').ToHashSet(StringComparer.Ordinal);
        var sets = Sets.Where(set => flags.Contains(set.Flag)).Select(set => set.Name);
        var cores = Numbers.Of(Environment.ProcessorCount, "core");
        var text = $"{name}, {cores}, {string.Join(", ", sets)}".TrimEnd(' ', ',');
        return Avx2.IsSupported
            ? Finding.Fine("processor", text)
            : Finding.Note("processor", $"{text}: without AVX2 there are only libtorch's kernels, which are slower.");
    }

    private static string? ValueOf(IEnumerable<string> lines, string key) => lines
        .Where(line => line.StartsWith(key, StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault();

    private static string[] Lines()
    {
        try
        {
            return File.ReadAllLines(Information);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
