using System.IO.Compression;
using Ocs.Core.Pickles;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// The format since PyTorch 1.6: a zip archive with <c>NAME/data.pkl</c>, <c>NAME/data/KEY</c> for each storage, and,
/// in newer files, <c>NAME/byteorder</c>.
/// </summary>
internal sealed class TorchZip : ITorchArchive
{
    /// <summary>The entry that describes the object.</summary>
    public const string Description = "data.pkl";

    // Entries may be deflated, but weights hardly shrink. Higher ratios are refused.
    private const int HighestInflation = 100;
    private const int FreeLength = 16 << 20;
    private const int BufferSize = 1 << 16;
    private readonly ZipArchive _zip;
    private readonly long _fileLength;
    private readonly string _folder;
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);
    private long _packed;
    private long _unpacked;

    public TorchZip(FileStream file)
    {
        _fileLength = file.Length;
        _zip = new(file, ZipArchiveMode.Read, leaveOpen: true);
        _folder = FolderOf(_zip);
        RequireLittleEndian();
        using var stream = new BufferedStream(Find(Description).Open(), BufferSize);
        Root = new Unpickler(new(stream, Find(Description).Length), TorchGlobals.Call, TorchGlobals.Persistent).Read();
    }

    public object? Root { get; }

    public void Dispose() => _zip.Dispose();

    public long LengthOf(TorchStorage storage)
    {
        var entry = Find(NameOf(storage));
        if (!_counted.Add(entry.FullName))
        {
            return entry.Length;
        }

        if (entry.CompressedLength > _fileLength - _packed
            || entry.Length > FreeLength + _fileLength * HighestInflation - _unpacked)
        {
            throw new InvalidDataException("its entries state more bytes than it can have");
        }

        _packed += entry.CompressedLength;
        _unpacked += entry.Length;
        return entry.Length;
    }

    public Tensor Read(TorchStorage storage, DType dtype)
    {
        using var stream = Find(NameOf(storage)).Open();
        var tensor = TensorBytes.Read(stream, dtype, [storage.TotalCount]);
        if (stream.ReadByte() < 0)
        {
            return tensor;
        }

        tensor.Dispose();
        throw new InvalidDataException($"its entry '{PickleText.Show(NameOf(storage))}' is longer than it states");
    }

    private static string NameOf(TorchStorage storage) => $"data/{storage.Key}";

    private static string FolderOf(ZipArchive zip)
    {
        var description = zip.Entries.FirstOrDefault(
            entry => entry.Name == Description && entry.FullName.Count(c => c == '/') == 1)
            ?? throw new InvalidDataException($"it is a zip archive without {Description}");
        var folder = description.FullName[..^Description.Length];
        return zip.GetEntry($"{folder}constants.pkl") is null
            ? folder
            : throw new InvalidDataException("it is a TorchScript program, not a file of weights");
    }

    private ZipArchiveEntry Find(string name) =>
        _zip.GetEntry($"{_folder}{name}") is { Length: >= 0, CompressedLength: >= 0 } entry
            ? entry
            : throw new InvalidDataException($"it lacks its entry '{PickleText.Show(name)}'");

    private void RequireLittleEndian()
    {
        if (_zip.GetEntry($"{_folder}byteorder") is not { } entry)
        {
            return;
        }

        using var stream = entry.Open();
        var order = new PickleInput(stream, entry.Length).Take(Math.Min(entry.Length, "little".Length));
        if (!order.Span.SequenceEqual("little"u8))
        {
            throw new InvalidDataException("its numbers are not in little-endian order");
        }
    }
}
