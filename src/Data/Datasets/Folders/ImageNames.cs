using System.Collections.Frozen;

namespace Ocs.Data;

/// <summary>Names in a folder of images: which files are images, and which were left there by programs.</summary>
internal static class ImageNames
{
    /// <summary>The usual endings of pictures, as a message shows them.</summary>
    public const string Shown = ".jpg, .png, .bmp, .gif, .tif, .webp or .ppm";

    // Those that torchvision's ImageFolder lists, and other names of the same formats.
    private static readonly FrozenSet<string> Endings = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".gif",
            ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm", ".pnm",
        ]);

    // What macOS, Windows, Synology's systems and Python leave beside a person's files.
    private static readonly FrozenSet<string> Clutter = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            "__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN",
            "System Volume Information", "lost+found", "Thumbs.db", "desktop.ini",
        ]);

    /// <summary>Whether a name is that of a picture.</summary>
    public static bool IsImage(ReadOnlySpan<char> name) =>
        Endings.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Path.GetExtension(name));

    /// <summary>Whether a file or folder is hidden, or was left behind by a program.</summary>
    public static bool IsClutter(ReadOnlySpan<char> name) =>
        name.StartsWith('.') || Clutter.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);
}
