using System.IO.Compression;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// Writes a zip archive for PyTorch. Entries are not compressed, and equal content gives equal bytes.
/// </summary>
internal sealed class TorchZipWriter(Stream stream) : IDisposable
{
    private const string Folder = "archive/";

    // The first day that a zip archive can state.
    private static readonly DateTimeOffset Never = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);

    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        using var entry = Open(name);
        entry.Write(bytes);
    }

    /// <summary>Adds a tensor's elements, row-major.</summary>
    public void Add(string name, Tensor tensor)
    {
        using var entry = Open(name);
        TensorBytes.Write(tensor, entry.Write);
    }

    /// <summary>Writes the central directory.</summary>
    public void Dispose() => _zip.Dispose();

    private Stream Open(string name)
    {
        var entry = _zip.CreateEntry(Folder + name, CompressionLevel.NoCompression);
        entry.LastWriteTime = Never;
        return entry.Open();
    }
}
