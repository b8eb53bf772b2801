using System.IO.Enumeration;

namespace Ocs.Data;

/// <summary>A picture in a folder of a class that is not among its images.</summary>
/// <param name="Path">The file, or a folder that cannot be entered.</param>
/// <param name="Reason">Why.</param>
public sealed record PassedOver(string Path, string Reason);

/// <summary>Finds the images of a class's folder, at any depth, and the pictures that are not read.</summary>
internal sealed class FolderWalk
{
    // Limits how many files are opened to find out whether they are images.
    private const int MostLookedInto = 1000;

    // .NET's replacement for bytes of a name that are not UTF-8. A file cannot be opened by such a name.
    private const char NotUtf8 = '\uFFFD';

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
    };

    private int _lookedInto;

    /// <summary>What was passed over so far.</summary>
    public List<PassedOver> PassedOver { get; } = [];

    /// <summary>The folders in a folder, without those that programs leave behind, by name, in ordinal order.</summary>
    public List<string> Folders(string folder)
    {
        List<string> names = [];
        foreach (var path in Directory.EnumerateDirectories(folder))
        {
            var name = Path.GetFileName(path);
            if (CannotBeOpened(path))
            {
                PassedOver.Add(new(path, "its name is not UTF-8"));
            }
            else if (!ImageNames.IsClutter(name))
            {
                names.Add(name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>The images of a folder in ordinal order of their paths.</summary>
    public List<string> Images(string folder)
    {
        List<string> images = [];
        foreach (var path in Files(folder))
        {
            if (CannotBeOpened(path))
            {
                PassedOver.Add(new(path, "its name is not UTF-8"));
            }
            else if (ImageNames.IsImage(Path.GetFileName(path.AsSpan())))
            {
                images.Add(path);
            }
            else if (_lookedInto++ < MostLookedInto && ImageFile.KindOf(path) is { } kind)
            {
                PassedOver.Add(
                    new(path, $"it is a {kind} picture, and its name ends otherwise than those that are read"));
            }
        }

        images.Sort(StringComparer.Ordinal);
        return images;
    }

    /// <summary>Whether there is an image in a folder, at any depth or not.</summary>
    public static bool HasImages(string folder, bool deep = true) => Files(folder, deep)
        .Any(path => ImageNames.IsImage(Path.GetFileName(path.AsSpan())) && !CannotBeOpened(path));

    private static FileSystemEnumerable<string> Files(string folder, bool deep = true) =>
        new(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), Everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                (!entry.IsDirectory || CannotBeEntered(ref entry)) && !ImageNames.IsClutter(entry.FileName),
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                deep && !ImageNames.IsClutter(entry.FileName) && !CannotBeEntered(ref entry) && !IsLoop(ref entry),
        };

    private static bool CannotBeEntered(ref FileSystemEntry entry) =>
        entry.FileName.Contains(NotUtf8) && !Directory.Exists(entry.ToFullPath());

    private static bool CannotBeOpened(string path) =>
        path.Contains(NotUtf8, StringComparison.Ordinal) && !Path.Exists(path);

    // A link to a folder in which it lies itself.
    private static bool IsLoop(ref FileSystemEntry entry) =>
        (entry.Attributes & FileAttributes.ReparsePoint) != FileAttributes.None
        && Directory.ResolveLinkTarget(entry.ToFullPath(), returnFinalTarget: true) is { } target
        && $"{entry.Directory}{Path.DirectorySeparatorChar}".StartsWith(
            $"{Path.TrimEndingDirectorySeparator(target.FullName)}{Path.DirectorySeparatorChar}",
            StringComparison.Ordinal);
}
