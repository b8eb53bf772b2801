using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Ocs.Data;

/// <summary>
/// A split's images, decoded once, in one file that is mapped into memory; docs/data.md tells its bytes.
/// </summary>
/// <remarks>The index is checked when the file is opened, an image when it is read. For many threads at once.</remarks>
internal sealed class PackedImages
{
    public const int HeaderLength = 88;
    public const int EntryLength = 16;
    private const int Digest = 56;
    private const int Version = 1;

    private readonly string _path;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte[] _index;
    private readonly long _length;

    private PackedImages(string path, MemoryMappedViewAccessor view, byte[] index, long length) =>
        (_path, _view, _index, _length) = (path, view, index, length);

    private static ReadOnlySpan<byte> Magic => "OCSPACK\n"u8;

    /// <summary>The packed file of a listing; null if there is none, or the images have changed since.</summary>
    /// <exception cref="OcsInputException">The file is damaged.</exception>
    public static PackedImages? TryOpen(ImageListing listing)
    {
        var path = listing.PackPath;
        return File.Exists(path) ? Open(path, listing.Files.Length, listing.Fingerprint()) : null;
    }

    /// <summary>The packed file of a listing, written first if need be.</summary>
    public static PackedImages OpenOrWrite(
        ImageListing listing, ImageFolderOptions options, ILogger? logger, IProgress<DataProgress>? progress,
        CancellationToken cancellation)
    {
        PackWriter.WriteUnlessFresh(listing, options, logger, progress, cancellation);
        return TryOpen(listing) ?? throw new OcsInputException(
            $"the images of {listing.Folder} change while they are packed: wait until they are all there");
    }

    /// <summary>The bytes before the pixels: header and index.</summary>
    public static byte[] Head(ReadOnlySpan<byte> fingerprint, ReadOnlySpan<byte> index, long fileLength)
    {
        var head = new byte[HeaderLength + index.Length];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), index.Length / EntryLength);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), fileLength);
        fingerprint.CopyTo(head.AsSpan(24));
        index.CopyTo(head.AsSpan(HeaderLength));
        DigestOf(head).CopyTo(head.AsSpan(Digest));
        return head;
    }

    /// <summary>One entry of the index; a height of 0 marks an image that could not be decoded.</summary>
    public static void WriteEntry(Span<byte> entry, long offset, int height, int width, uint checksum)
    {
        BinaryPrimitives.WriteInt64LittleEndian(entry, offset);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)height);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[10..], (ushort)width);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], checksum);
    }

    /// <summary>CRC-32C.</summary>
    public static uint Checksum(ReadOnlySpan<byte> pixels)
    {
        var checksum = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(pixels);
        foreach (var word in words)
        {
            checksum = BitOperations.Crc32C(checksum, word);
        }

        foreach (var rest in pixels[(words.Length * sizeof(ulong))..])
        {
            checksum = BitOperations.Crc32C(checksum, rest);
        }

        return ~checksum;
    }

    /// <summary>
    /// Copies an image's pixels, [H, W, 3], to the start of memory that has <see cref="Resampler.Spare"/> bytes more.
    /// </summary>
    /// <exception cref="InvalidDataException">It was broken when it was packed.</exception>
    /// <exception cref="OcsInputException">The packed file is damaged.</exception>
    public (int Height, int Width) Read(int position, ref byte[] memory)
    {
        var (offset, height, width, checksum) = Entry(position);
        if (height == 0)
        {
            throw new InvalidDataException("it could not be decoded when the folder was packed");
        }

        var length = 3 * height * width;
        if (offset < HeaderLength || offset > _length - length)
        {
            throw Damaged(_path, $"image {position} lies outside it");
        }

        if (memory.Length < length + Resampler.Spare)
        {
            memory = new byte[length + Resampler.Spare];
        }

        var pixels = memory.AsSpan(0, length);
        _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)offset, pixels);
        return Checksum(pixels) == checksum
            ? (height, width)
            : throw Damaged(_path, $"image {position} is not as it was written");
    }

    private static PackedImages? Open(string path, int count, byte[] fingerprint)
    {
        try
        {
            using var file = InputFile.OpenRead(path);
            var length = file.Length;
            var head = new byte[HeaderLength];
            if (file.ReadAtLeast(head, HeaderLength, throwOnEndOfStream: false) < HeaderLength
                || !head.AsSpan().StartsWith(Magic))
            {
                throw Damaged(path, "it is no packed file");
            }

            if (BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8)) != Version
                || BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)) != count
                || !head.AsSpan(24, fingerprint.Length).SequenceEqual(fingerprint))
            {
                return null;
            }

            if (BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16)) != length
                || length < HeaderLength + ((long)count * EntryLength))
            {
                throw Damaged(path, $"{length} bytes are not those that were written");
            }

            Array.Resize(ref head, checked(HeaderLength + (count * EntryLength)));
            file.ReadExactly(head.AsSpan(HeaderLength));
            if (!head.AsSpan(Digest, SHA256.HashSizeInBytes).SequenceEqual(DigestOf(head)))
            {
                throw Damaged(path, "its index is not as it was written");
            }

            using var map = MemoryMappedFile.CreateFromFile(
                file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new(path, map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), head[HeaderLength..], length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException($"{path} cannot be read ({error.Message})", error);
        }
    }

    private static byte[] DigestOf(ReadOnlySpan<byte> head)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head[..Digest]);
        hash.AppendData(head[HeaderLength..]);
        return hash.GetHashAndReset();
    }

    private static OcsInputException Damaged(string path, string what) =>
        new($"{path} is damaged ({what}): delete it, and pack the folder again with `ImageFolder.Pack`");

    private (long Offset, int Height, int Width, uint Checksum) Entry(int position)
    {
        ReadOnlySpan<byte> entry = _index.AsSpan(position * EntryLength, EntryLength);
        return (
            BinaryPrimitives.ReadInt64LittleEndian(entry),
            BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]));
    }
}
