using System.Buffers.Binary;
using Ocs.Data.Tests.Datasets.Folders;

namespace Ocs.Data.Tests.Codecs;

public sealed class ImageDecoderTests
{
    private const int Height = 37;
    private const int Width = 50;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_shrunk_JPEG_is_near_the_means_of_its_blocks(int divisor)
    {
        var values = Enumerable.Range(0, 3 * 64 * 64).Select(i => (i / 3 % 64) + (i / 192) + (30 * (i % 3)));
        byte[] pixels = [.. values.Select(value => (byte)value)];
        using var decoder = new ImageDecoder(10_000);
        var side = 64 / divisor;
        Assert.Equal((side, side), decoder.Decode(JpegWriter.Encode(64, 64, pixels, quality: 95), divisor));
        for (var i = 0; i < 3 * side * side; i++)
        {
            var (y, x, channel) = (i / 3 / side, i / 3 % side, i % 3);
            var mean = ((double)(x + y) * divisor) + (divisor - 1) + (30 * channel);
            Assert.InRange(decoder.Pixels[i], mean - 4, mean + 4);
        }
    }

    [Theory]
    [InlineData(224, 224, 1)]
    [InlineData(447, 900, 1)]
    [InlineData(448, 500, 2)]
    [InlineData(895, 2000, 2)]
    [InlineData(900, 900, 4)]
    [InlineData(9000, 9000, 8)]
    public void A_window_is_shrunk_while_it_still_covers_the_target(int height, int width, int divisor)
    {
        Assert.Equal(divisor, ImageDecoder.DivisorFor(Pictures.Jpeg(8, 8, 1), height, width, 224));
        Assert.Equal(1, ImageDecoder.DivisorFor(Pictures.Png(8, 8, 1), height, width, 224));
    }

    [Fact]
    public void A_PNG_has_its_own_pixels()
    {
        using var decoder = new ImageDecoder(10_000);
        Assert.Equal((Height, Width), decoder.Decode(Pictures.Png(Height, Width, 3)));
        Assert.Equal(Pictures.Pixels(Height, Width, 3), decoder.Pixels[..(3 * Height * Width)].ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_JPEG_that_ends_too_soon_is_broken(bool progressive)
    {
        var file = Pictures.Jpeg(Height, Width, 3, progressive);
        using var decoder = new ImageDecoder(10_000);
        Assert.Equal((Height, Width), decoder.Decode(file));
        Assert.Throws<InvalidDataException>(() => decoder.Decode(file.AsSpan(0, file.Length * 2 / 3)));
        Assert.Throws<InvalidDataException>(() => decoder.Decode(file.AsSpan(0, 40)));
    }

    [Fact]
    public void A_broken_file_does_not_spoil_the_next()
    {
        var file = Pictures.Jpeg(Height, Width, 3);
        using var decoder = new ImageDecoder(10_000);
        decoder.Decode(file);
        var expected = decoder.Pixels[..(3 * Height * Width)].ToArray();
        for (var length = 1; length < file.Length - 2; length++)
        {
            Assert.Throws<InvalidDataException>(() => decoder.Decode(file.AsSpan(0, length)));
            Assert.Equal((Height, Width), decoder.Decode(file));
            Assert.Equal(expected, decoder.Pixels[..(3 * Height * Width)].ToArray());
        }
    }

    [Fact]
    public void Odd_bytes_between_two_segments_do_no_harm()
    {
        var file = Pictures.Jpeg(Height, Width, 3);
        using var decoder = new ImageDecoder(10_000);
        decoder.Decode(file);
        var expected = decoder.Pixels[..(3 * Height * Width)].ToArray();
        decoder.Decode((byte[])[.. file[..^2], 0, 0, 0, .. file[^2..]]);
        Assert.Equal(expected, decoder.Pixels[..(3 * Height * Width)].ToArray());
    }

    [Fact]
    public void A_header_with_more_pixels_than_the_limit_is_refused_before_memory_is_taken()
    {
        var jpeg = Pictures.Jpeg(Height, Width, 3);
        var frame = jpeg.AsSpan().IndexOf((byte[])[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), 65500);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), 65500);
        var png = Pictures.Png(Height, Width, 3);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 1 << 20);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 1 << 20);
        using var decoder = new ImageDecoder(100_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            "65500x65500 pixels are more than the limit of 100000000",
            Assert.Throws<InvalidDataException>(() => decoder.Decode(jpeg)).Message);
        Assert.Throws<InvalidDataException>(() => decoder.Decode(png));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        using var narrow = new ImageDecoder((Height * Width) - 1);
        Assert.Throws<InvalidDataException>(() => narrow.Decode(Pictures.Jpeg(Height, Width, 3)));
    }

    [Fact]
    public void A_file_of_another_kind_is_told()
    {
        using var decoder = new ImageDecoder(100);
        foreach (var (start, told) in (ReadOnlySpan<(string, string)>)
            [
                ("no image", "no picture"), ("    ftypheic", "HEIC or AVIF pictures are not read"),
                ("8BPS", "Photoshop pictures are not read"), ("GIF89a", "damaged"),
            ])
        {
            Assert.Contains(
                told, Assert.Throws<InvalidDataException>(() =>
                    decoder.ReadSize(System.Text.Encoding.ASCII.GetBytes(start))).Message);
        }
    }
}
