using System.Globalization;
using System.Text.RegularExpressions;

namespace Ocs.Torch.Interop;

/// <summary>
/// Detects libtorch's out-of-memory errors, and gives them a readable message: libtorch's has a source location and an
/// error code.
/// </summary>
internal static partial class MemoryShortage
{
    /// <summary>The message for a lack of memory; null for other errors.</summary>
    public static string? Words(string message)
    {
        if (Asked().Match(message) is { Success: true } asked)
        {
            return $"not enough memory for {Size(asked.Groups["count"].Value, asked.Groups["unit"].Value)} more";
        }

        return message.Contains("std::bad_alloc", StringComparison.Ordinal)
            || message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            ? "not enough memory"
            : message.Contains("Storage size calculation overflowed", StringComparison.Ordinal)
                ? "more memory than can be addressed"
                : null;
    }

    private static string Size(string count, string unit) =>
        unit == "bytes" && double.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 30):N2} GiB")
            : $"{count} {unit}";

    // "can't allocate memory: you tried to allocate 12 bytes" on a CPU, "CUDA out of memory. Tried to allocate 2.00
    // GiB" on a device.
    [GeneratedRegex(
        @"tried to allocate (?<count>[\d.]+) (?<unit>bytes|KiB|MiB|GiB)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Asked();
}
