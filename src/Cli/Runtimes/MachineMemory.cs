using System.Globalization;

namespace Ocs.Cli.Runtimes;

/// <summary>How much memory a process may take on this machine before the kernel ends it.</summary>
/// <param name="root">The folder that /proc and /sys are in.</param>
internal sealed class MachineMemory(string root = "/")
{
    private const long Kibibyte = 1024;
    private const double Gigabyte = 1e9;

    /// <summary>Fails with a sentence where something needs more than there is.</summary>
    /// <param name="bytes">What it needs at least.</param>
    /// <param name="what">The beginning of the sentence: a batch of 64 images, for example.</param>
    /// <param name="remedy">Its end.</param>
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

    /// <summary>
    /// Bytes that are free, on the machine and in the groups that bound this process; null if the system does not
    /// tell.
    /// </summary>
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

    // A container sees its own group as the root, so groups that are not there are passed over.
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

    // What is cached of files is given back when memory is asked for.
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
