using System.Formats.Tar;
using System.IO.Compression;

namespace Ocs.Data;

/// <summary>
/// The files of a CIFAR copy, in a folder or still packed in its .tar.gz; lengths are checked before reading.
/// </summary>
/// <param name="cifar">The set, for its errors.</param>
/// <param name="location">A folder or a .tar.gz file.</param>
/// <param name="least">Bytes that a file has at least.</param>
/// <param name="most">Bytes that a file has at most.</param>
internal sealed class CifarFiles(Cifar cifar, string location, long least, long most)
{
    /// <summary>Hands the content of each named file on, in the order in which they lie there.</summary>
    public void ReadAll(IReadOnlyCollection<string> names, Action<string, string, byte[]> read)
    {
        HashSet<string> missing = [.. names];
        try
        {
            if (Directory.Exists(location))
            {
                ReadFolder(names, missing, read);
            }
            else
            {
                ReadArchive(missing, read);
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new OcsInputException($"{location} cannot be read ({error.Message}): {cifar.Advice}", error);
        }

        if (missing.Count > 0)
        {
            throw cifar.Damaged(Path.Combine(location, missing.Order().First()), "is missing");
        }
    }

    private void ReadFolder(
        IReadOnlyCollection<string> names, HashSet<string> missing, Action<string, string, byte[]> read)
    {
        foreach (var name in names)
        {
            var file = new FileInfo(Path.Combine(location, name));
            if (file.Exists)
            {
                CheckLength(file.FullName, InputFile.RequireLength(file.FullName, long.MaxValue));
                read(name, file.FullName, InputFile.ReadAllBytes(file.FullName, most));
                missing.Remove(name);
            }
        }
    }

    private void ReadArchive(HashSet<string> missing, Action<string, string, byte[]> read)
    {
        using var file = InputFile.OpenRead(location);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var archive = new TarReader(unpacked);
        while (missing.Count > 0 && archive.GetNextEntry() is { } entry)
        {
            var name = Path.GetFileName(entry.Name);
            if (entry.DataStream is { } data && missing.Remove(name))
            {
                var path = Path.Combine(location, entry.Name);
                CheckLength(path, entry.Length);
                var content = new byte[entry.Length];
                data.ReadExactly(content);
                read(name, path, content);
            }
        }
    }

    private void CheckLength(string path, long length)
    {
        if (length < least || length > most)
        {
            var expected = least == most ? $"{least}" : $"{least} to {most}";
            throw cifar.Damaged(path, $"has the wrong length: expected {expected} bytes, found {length}");
        }
    }
}
