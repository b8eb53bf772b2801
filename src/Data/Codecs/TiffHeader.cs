using System.Buffers.Binary;

namespace Ocs.Data;

/// <summary>
/// What the first directory of a TIFF states, compared with the file before a decoder takes memory for it:
/// https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf
/// </summary>
internal readonly ref struct TiffHeader
{
    private const int MostSamples = 8;
    private const int MostBits = 64;

    // A tile may be larger than the image; its memory is taken all the same.
    private const long LargestTile = 1 << 24;

    private readonly ReadOnlySpan<byte> _file;
    private readonly bool _isBigEndian;
    private readonly bool _isBig;

    private TiffHeader(ReadOnlySpan<byte> file)
    {
        _file = file;
        _isBigEndian = file[0] == 'M';
        _isBig = Number(2, 2) == 43;
    }

    private enum Tag
    {
        Width = 256,
        Height = 257,
        BitsPerSample = 258,
        SamplesPerPixel = 277,
        Orientation = 274,
        RowsPerStrip = 278,
        StripByteCounts = 279,
        TileWidth = 322,
        TileHeight = 323,
        TileByteCounts = 325,
    }

    /// <summary>Height and width of the first page as it is shown.</summary>
    /// <exception cref="InvalidDataException">
    /// The directory is damaged, or asks for more memory than its file can need.
    /// </exception>
    public static (int Height, int Width) ReadSize(ReadOnlySpan<byte> file) =>
        Read(file) is var (height, width, orientation) && orientation >= 5 ? (width, height) : (height, width);

    /// <summary>
    /// Height and width of the first page as its pixels lie, and how they are turned and mirrored to be shown: 1 to 8.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The directory is damaged, or asks for more memory than its file can need.
    /// </exception>
    public static (int Height, int Width, int Orientation) Read(ReadOnlySpan<byte> file)
    {
        try
        {
            return new TiffHeader(file).Check();
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("its header ends too soon", error);
        }
    }

    private (int Height, int Width, int Orientation) Check()
    {
        var largest = Entries();
        var width = largest.GetValueOrDefault(Tag.Width);
        var height = largest.GetValueOrDefault(Tag.Height);
        var rows = Math.Max(1, Math.Min(height, largest.GetValueOrDefault(Tag.RowsPerStrip, height)));
        var isPlausible = width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue
            && largest.GetValueOrDefault(Tag.SamplesPerPixel) <= MostSamples
            && largest.GetValueOrDefault(Tag.BitsPerSample) <= MostBits
            && Math.Max(
                largest.GetValueOrDefault(Tag.TileWidth), largest.GetValueOrDefault(Tag.TileHeight)) <= LargestTile
            && largest.GetValueOrDefault(Tag.TileWidth) * largest.GetValueOrDefault(Tag.TileHeight) <= LargestTile
            && height / rows <= _file.Length
            && Math.Max(
                largest.GetValueOrDefault(Tag.StripByteCounts),
                largest.GetValueOrDefault(Tag.TileByteCounts)) <= _file.Length;
        return isPlausible
            ? (
                (int)height,
                (int)width,
                largest.GetValueOrDefault(Tag.Orientation) is >= 1 and <= 8 and var orientation ? (int)orientation : 1)
            : throw new InvalidDataException(
                $"its header states {width}x{height} pixels, or more samples, "
                + $"tiles or bytes than a file of {_file.Length} bytes has");
    }

    // The largest number of each tag.
    private Dictionary<Tag, long> Entries()
    {
        var word = _isBig ? 8 : 4;
        var directory = Number(_isBig ? 8 : 4, word);
        var countLength = _isBig ? 8 : 2;
        var entryLength = 4 + (2 * word);
        var count = Number(directory, countLength);
        if (count > _file.Length / entryLength)
        {
            throw new InvalidDataException("its header ends too soon");
        }

        Dictionary<Tag, long> largest = [];
        for (var entry = directory + countLength; count > 0; count--, entry += entryLength)
        {
            var (tag, size) = ((Tag)Number(entry, 2), SizeOf(Number(entry + 2, 2)));
            var values = Number(entry + 4, word);
            if (values > _file.Length / size)
            {
                throw new InvalidDataException($"its header states {values} values of one kind");
            }

            var place = values * size <= word ? entry + 4 + word : Number(entry + 4 + word, word);
            for (long i = 0; i < values && Enum.IsDefined(tag); i++)
            {
                largest[tag] = Math.Max(largest.GetValueOrDefault(tag), Number(place + (i * size), size));
            }
        }

        return largest;
    }

    // Bytes of a value by its type; those of a type that is not known take a byte at least.
    private static int SizeOf(long type) => type switch
    {
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 1,
    };

    private long Number(long place, int length)
    {
        var bytes = _file.Slice(checked((int)place), length);
        var number = (length, _isBigEndian) switch
        {
            (1, _) => bytes[0],
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (4, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            (_, true) => BinaryPrimitives.ReadInt64BigEndian(bytes),
            (_, false) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
        return number >= 0 ? number : throw new InvalidDataException("a number in its header is too large");
    }
}
