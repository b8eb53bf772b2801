using Microsoft.Extensions.Logging;

namespace Ocs.Data;

/// <summary>What a packed file holds.</summary>
/// <param name="Path">The file.</param>
/// <param name="Images">Images in it.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Written">Whether it was written now; else it fitted the folder as it was.</param>
/// <param name="Broken">Images that could not be decoded, found while writing.</param>
public sealed record PackReport(string Path, int Images, long Bytes, bool Written, IReadOnlyList<BrokenImage> Broken);

/// <summary>Decodes a listing into a packed file; a reader sees the old file or the new one whole.</summary>
internal static class PackWriter
{
    // Photographs would fill the disk: ImageNet would have 700 GB.
    private const int MostPixels = 512 * 512;

    /// <summary>Writes the file unless there is one that the images have not changed since.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; an older file is as it was.</exception>
    public static PackReport WriteUnlessFresh(
        ImageListing listing, ImageFolderOptions options, ILogger? logger, IProgress<DataProgress>? progress,
        CancellationToken cancellation)
    {
        var path = listing.PackPath;
        if (IsFresh(listing))
        {
            return new(path, listing.Files.Length, new FileInfo(path).Length, Written: false, []);
        }

        var broken = new BrokenImages(options.SkipBroken, logger);
        try
        {
            AtomicFile.Replace(path, file => Write(file, listing, options, broken, progress, cancellation));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException($"{path} cannot be written ({error.Message})", error);
        }

        var bytes = new FileInfo(path).Length;
        logger?.FolderPacked(listing.Files.Length, listing.Folder, path, bytes);
        return new(path, listing.Files.Length, bytes, Written: true, broken.Found);
    }

    // A damaged file is as good as none here.
    private static bool IsFresh(ImageListing listing)
    {
        try
        {
            return PackedImages.TryOpen(listing) is not null;
        }
        catch (OcsInputException)
        {
            return false;
        }
    }

    private static void Write(
        Stream target, ImageListing listing, ImageFolderOptions options, BrokenImages broken,
        IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var fingerprint = listing.Fingerprint();
        var index = new byte[listing.Files.Length * PackedImages.EntryLength];
        target.Position = PackedImages.HeaderLength + index.Length;
        using var decoder = new ImageDecoder(options.PixelLimit);
        byte[] memory = [];
        for (var i = 0; i < listing.Files.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var entry = index.AsSpan(i * PackedImages.EntryLength, PackedImages.EntryLength);
            var path = Path.Combine(listing.Folder, listing.Files[i]);
            try
            {
                var file = ReadImage(path, ref memory);
                CheckSize(path, decoder.ReadSize(file));
                var (height, width) = decoder.Decode(file);
                var pixels = decoder.Pixels[..(3 * height * width)];
                PackedImages.WriteEntry(entry, target.Position, height, width, PackedImages.Checksum(pixels));
                target.Write(pixels);
            }
            catch (Exception error)
                when (error is InvalidDataException or UnauthorizedAccessException)
            {
                broken.Skip(path, error.Message);
                PackedImages.WriteEntry(entry, target.Position, 0, 0, 0);
            }

            progress?.Report(new(i + 1, listing.Files.Length, broken.Count));
        }

        var head = PackedImages.Head(fingerprint, index, target.Length);
        target.Position = 0;
        target.Write(head);
    }

    // An image that cannot be read is not to be taken for a packed file that cannot be written.
    private static ReadOnlySpan<byte> ReadImage(string path, ref byte[] memory)
    {
        try
        {
            return ImageFile.Read(path, ref memory);
        }
        catch (IOException error)
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    private static void CheckSize(string path, (int Height, int Width) size)
    {
        if ((long)size.Height * size.Width > MostPixels || Math.Max(size.Height, size.Width) > ushort.MaxValue)
        {
            throw new OcsInputException(
                $"{path} has {size.Width}x{size.Height} pixels: packing is for small images, "
                + $"of at most {MostPixels} pixels; train on the folder without it");
        }
    }
}
