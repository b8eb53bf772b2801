using System.Formats.Tar;
using System.IO.Compression;

namespace Ocs.Data.Tests;

/// <summary>A folder that is deleted at the end of a test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ocs-data-");

    public string Path => _folder.FullName;

    /// <summary>Writes a file, with the folders that lead to it, and returns its path.</summary>
    public string Write(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string WriteGzip(string name, byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return Write(name, packed.ToArray());
    }

    public string WriteTarGzip(string name, params (string Name, byte[] Content)[] entries)
    {
        using MemoryStream packed = new();
        using (TarWriter writer = new(packed, leaveOpen: true))
        {
            foreach ((string entry, byte[] content) in entries)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(content) });
            }
        }

        return WriteGzip(name, packed.ToArray());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
