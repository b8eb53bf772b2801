using System.Globalization;

namespace Ocs.Cli.Runtimes;

/// <summary>The memory that a process may use on this machine before the kernel kills it.</summary>
/// <param name="root">The folder that contains /proc and /sys.</param>
internal sealed class MachineMemory(string root = "/")
{
    private const long Kibibyte = 1024;
    private const double Gigabyte = 1e9;

    /// <summary>Fails if something needs more memory than available.</summary>
    /// <param name="bytes">The least bytes needed.</param>
    /// <param name="what">The beginning of the sentence: a batch of 64 images, for example.</param>
    /// <param name="remedy">The end of the sentence.</param>
    public void Require(double bytes, string what, string remedy)
    {
        if (Available is { } available && bytes > available)
        {
            throw new OcsInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} takes at least {bytes / Gigabyte:0.0} GB, "
                + $"but {available / Gigabyte:0.0} GB of memory are free; {remedy}."));
        }
    }

    /// <summary>Free bytes on the machine and in this process's control groups; null if unknown.</summary>
    public long? Available
    {
        get
        {
            long?[] bounds = [OfTheMachine(), .. Groups().Select(OfAGroup)];
            return bounds.Min();
        }
    }

    private long? OfTheMachine() => Lines("proc/meminfo")
        .Where(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))
        .Select(line => Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * Kibibyte)
        .FirstOrDefault();

    // A container sees its own group as the root, so missing groups are skipped.
    private IEnumerable<string> Groups()
    {
        var groups = Lines("proc/self/cgroup").Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3);
        foreach (var parts in groups)
        {
            var mount = parts[1].Length == 0 ? "sys/fs/cgroup"
                : parts[1].Split(',').Contains("memory") ? "sys/fs/cgroup/memory"
                : null;
            for (var group = parts[2].Trim('/'); mount is not null; group = Path.GetDirectoryName(group) ?? "")
            {
                yield return Path.Combine(mount, group);
                if (group.Length == 0)
                {
                    break;
                }
            }
        }
    }

    // Cached files are released when memory is needed.
    private long? OfAGroup(string group)
    {
        var limit = First(group, "memory.max") ?? First(group, "memory.limit_in_bytes");
        var used = First(group, "memory.current") ?? First(group, "memory.usage_in_bytes");
        var cached = Lines(Path.Combine(group, "memory.stat"))
            .Where(line => line.StartsWith("inactive_file ", StringComparison.Ordinal))
            .Select(line => Number(line.Split(' ')[1]))
            .FirstOrDefault();
        return limit - used + (cached ?? 0);
    }

    private long? First(string group, string file) => Number(Lines(Path.Combine(group, file)).FirstOrDefault(""));

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
