namespace Ocs.Cli;

/// <summary>Checks the output files of a command line.</summary>
internal static class ModelFiles
{
    /// <summary>Fails early if a file cannot be written later.</summary>
    public static void CheckWritable(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (Directory.Exists(path) || !Directory.Exists(folder))
        {
            throw new OcsInputException(
                $"{path} cannot be written "
                + $"({(Directory.Exists(path) ? "it is a folder" : "its folder does not exist")}); "
                + "give a file in a folder that exists.");
        }
    }

    /// <summary>
    /// Fails if a file's extension belongs to another format than the written one. A file without extension is
    /// accepted.
    /// </summary>
    public static void CheckEnding(string option, string? path, params ReadOnlySpan<string> endings)
    {
        if (Path.GetExtension(path) is { Length: > 0 } ending && !endings.Contains(ending.ToLowerInvariant()))
        {
            throw new OcsInputException(
                $"{option} takes a file that ends in {string.Join(" or ", endings.ToArray())}, "
                + $"but was given '{path}'.");
        }
    }
}
