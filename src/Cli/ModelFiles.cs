namespace Ocs.Cli;

/// <summary>Whether files that a command line names can be written, and as what.</summary>
internal static class ModelFiles
{
    /// <summary>Fails early, with a sentence, where a file could not be written later.</summary>
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
    /// Fails if a file's ending promises another format than the one that is written; without an ending it promises
    /// none.
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
