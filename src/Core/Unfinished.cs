using System.Collections.Concurrent;

namespace Ocs.Core;

/// <summary>
/// Files and folders that are of no use once the process ends: a signal that ends it removes them first.
/// </summary>
internal static class Unfinished
{
    private static readonly ConcurrentDictionary<string, bool> Paths = new(StringComparer.Ordinal);

    /// <summary>Notes a file or folder until it is finished.</summary>
    public static void Add(string path) => Paths[path] = true;

    /// <summary>The file has got its name, or is gone.</summary>
    public static void Remove(string path) => Paths.TryRemove(path, out _);

    /// <summary>Removes all that is not finished; for a process that ends at once.</summary>
    public static void Discard()
    {
        foreach (var path in Paths.Keys)
        {
            try
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
                else
                {
                    File.Delete(path);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // What cannot be removed stays. The process ends, so it cannot be reported.
            }
        }
    }
}
