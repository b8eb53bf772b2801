namespace Ocs.Data;

/// <summary>Decodes PBM, PGM and PPM images, as text or bytes: https://netpbm.sourceforge.net/doc/ppm.html.</summary>
internal static class NetpbmImage
{
    private const int HighestMaximum = 65535;

    /// <summary>What the header says.</summary>
    public static (int Height, int Width) ReadSize(ReadOnlySpan<byte> file)
    {
        var (height, width, _, _) = ReadHeader(file);
        return (height, width);
    }

    /// <summary>Decodes to R, G, B bytes, [H, W, 3].</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static void DecodeRgb(ReadOnlySpan<byte> file, Span<byte> image)
    {
        var (height, width, maximum, start) = ReadHeader(file);
        var kind = file[1] - '0';
        var channels = kind is 3 or 6 ? 3 : 1;
        var samples = new Samples(file[start..], kind, maximum);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var pixel = image.Slice(3 * ((y * width) + x), 3);
                pixel[0] = samples.Next();
                (pixel[1], pixel[2]) = channels == 3 ? (samples.Next(), samples.Next()) : (pixel[0], pixel[0]);
            }

            samples.EndRow();
        }
    }

    private static (int Height, int Width, int Maximum, int Start) ReadHeader(ReadOnlySpan<byte> file)
    {
        var position = 2;
        var width = Number(file, ref position);
        var height = Number(file, ref position);
        var maximum = file[1] is (byte)'1' or (byte)'4' ? 1 : Number(file, ref position);
        if (width == 0 || height == 0 || maximum is 0 or > HighestMaximum)
        {
            throw new InvalidDataException($"its header states {width}x{height} pixels of 0 to {maximum}");
        }

        // One white space ends the header; the next byte may be a pixel's already.
        return (height, width, maximum, Math.Min(position + 1, file.Length));
    }

    private static int Number(ReadOnlySpan<byte> file, ref int position)
    {
        SkipSpace(file, ref position);
        var start = position;
        var number = 0;
        while (position < file.Length && char.IsAsciiDigit((char)file[position]))
        {
            number = number <= int.MaxValue / 20 ? (10 * number) + file[position] - '0' : int.MaxValue;
            position++;
        }

        return position > start ? number : throw new InvalidDataException("a number in it is missing");
    }

    private static void SkipSpace(ReadOnlySpan<byte> file, ref int position)
    {
        while (position < file.Length && (file[position] == '#' || char.IsWhiteSpace((char)file[position])))
        {
            var line = file[position] == '#' ? file[position..].IndexOf((byte)'\n') : 0;
            position = line < 0 ? file.Length : position + line + 1;
        }
    }

    /// <summary>The numbers behind a header, one after another, each as 0 to 255.</summary>
    private ref struct Samples(ReadOnlySpan<byte> data, int kind, int maximum)
    {
        private readonly ReadOnlySpan<byte> _data = data;
        private int _position;
        private int _bit;

        public byte Next() => kind switch
        {
            1 => Digit() == 1 ? (byte)0 : byte.MaxValue,
            2 or 3 => Scaled(Number(_data, ref _position)),
            4 => Bit() == 1 ? (byte)0 : byte.MaxValue,
            _ when maximum <= byte.MaxValue => Scaled(Byte()),
            _ => Scaled((Byte() << 8) | Byte()),
        };

        /// <summary>Bits of a row fill whole bytes.</summary>
        public void EndRow() => _bit = 0;

        private readonly byte Scaled(int value) => value >= maximum
            ? byte.MaxValue
            : (byte)Math.Round(value * 255.0 / maximum, MidpointRounding.ToEven);

        private int Byte() => _position < _data.Length ? _data[_position++] : throw TooShort();

        // Digits of bits need no space between them.
        private int Digit()
        {
            SkipSpace(_data, ref _position);
            return Byte() switch
            {
                '0' => 0,
                '1' => 1,
                _ => throw new InvalidDataException("a bit in it is neither 0 nor 1"),
            };
        }

        private int Bit()
        {
            if (_bit == 0)
            {
                Byte();
            }

            var bit = (_data[_position - 1] >> (7 - _bit)) & 1;
            _bit = (_bit + 1) % 8;
            return bit;
        }

        private static InvalidDataException TooShort() => new("it ends too soon");
    }
}
