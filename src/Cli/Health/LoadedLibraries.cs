namespace Ocs.Cli.Health;

/// <summary>The shared libraries of this process.</summary>
internal static class LoadedLibraries
{
    private const string Maps = "/proc/self/maps";

    /// <summary>The file of a loaded library by the start of its name; null if there is none.</summary>
    public static string? Find(string name)
    {
        try
        {
            return File.ReadLines(Maps)
                .Select(line => line[(line.LastIndexOf(' ') + 1)..])
                .FirstOrDefault(path => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
