using System.Globalization;

namespace Ocs.Core;

/// <summary>Sizes of files as people read them.</summary>
internal static class FileSize
{
    private const double Kilobyte = 1e3;
    private const double Megabyte = 1e6;

    /// <summary>12.3 kB, or 4.5 MB.</summary>
    public static string Text(long bytes) => bytes < Megabyte
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / Kilobyte:0.0} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / Megabyte:0.0} MB");
}
