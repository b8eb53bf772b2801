using System.Globalization;
using System.Runtime.InteropServices;
using Ocs.Torch;

namespace Ocs.Benchmarks;

/// <summary>Describes the machine of the figures.</summary>
internal static class Machine
{
    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The peak memory of this process.</summary>
    public static double PeakMebibytes => long.Parse(
        Field("/proc/self/status", "VmHWM").Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
        CultureInfo.InvariantCulture) / 1024.0;

    /// <summary>One line per fact.</summary>
    public static IEnumerable<string> Header(Settings settings) =>
    [
        $"- processor: {Field("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, "
            + $"{settings.Threads} threads used",
        $"- memory: {Field("/proc/meminfo", "MemTotal")}",
        $"- system: {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
        $"- libtorch: {TorchRuntime.Version} (ours; PyTorch's version stands beside its figure)",
        $"- load average at the start: {File.ReadAllText("/proc/loadavg").Split(' ')[0]}",
        $"- {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC; rounds {settings.Rounds}, steps {settings.Steps} after "
            + $"{settings.WarmUps}, calls {settings.Calls}",
    ];

    private static string Field(string file, string name) => File.ReadLines(file)
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault("unknown 0");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ocs.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException("the benchmarks run from a build inside the repository");
    }
}
