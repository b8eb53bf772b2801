using System.Formats.Tar;
using System.IO.Compression;

namespace Ocs.Testing;

/// <summary>A folder that is deleted at the end of a test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ocs-test-").FullName;

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file, with the folders that lead to it, and returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = Make(name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <inheritdoc cref="Write(string, string)"/>
    public string Write(string name, byte[] content)
    {
        var path = Make(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string WriteGzip(string name, byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return Write(name, packed.ToArray());
    }

    public string WriteTarGzip(string name, params (string Name, byte[] Content)[] entries)
    {
        using var packed = new MemoryStream();
        using (var writer = new TarWriter(packed, leaveOpen: true))
        {
            foreach (var (entry, content) in entries)
            {
                writer.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(content) });
            }
        }

        return WriteGzip(name, packed.ToArray());
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private string Make(string name)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }
}
