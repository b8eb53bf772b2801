using Xunit.Abstractions;

namespace Ocs.Data.Tests.Datasets.Folders;

/// <summary>
/// Damage at random to what a folder of images holds: it gives an image or a sentence, and takes little memory.
/// </summary>
[NoTensorLeaks]
public sealed class ImageFuzzTests(ITestOutputHelper output)
{
    private const int PixelLimit = 1 << 20;

    // Markers of JPEG's segments.
    private static readonly byte[] Markers = [0xff, 0xc0, 0xc2, 0xc4, 0xd8, 0xda, 0xdb];

    [Fact]
    public void Damaged_JPEGs() =>
        Decode("JPEG", Pictures.Jpeg(60, 80, 1), Pictures.Jpeg(33, 41, 2, progressive: true));

    [Fact]
    public void Damaged_PNGs() => Decode("PNG", Pictures.Png(20, 30, 1), PngFiles.Grey(2, 2, [9, 8, 7, 6]));

    [Fact]
    public void Damaged_BMPs() => Decode("BMP", PictureFiles.Of("bmp", "bmp-palette", "bmp-bits"));

    [Fact]
    public void Damaged_GIFs() => Decode("GIF", PictureFiles.Of("gif", "gif-clear", "gif-interlaced", "gif-frames"));

    [Fact]
    public void Damaged_WebPs() => Decode("WebP", PictureFiles.Of("webp", "webp-lossless", "webp-clear"));

    [Fact]
    public void Damaged_TIFFs() => Decode(
        "TIFF", PictureFiles.Of(
            "tif", "tif-fax", "tif-lzw", "tif-deflate", "tif-packbits", "tif-jpeg", "tif-clear", "tif-palette"));

    [Fact]
    public void Damaged_PPMs() =>
        Decode("PPM", PictureFiles.Of("ppm", "pgm", "pbm", "ppm-text", "pgm-few-greys", "pbm-text"));

    [Fact]
    public void Damaged_packed_files()
    {
        using var folder = new TemporaryFolder();
        Pictures.Write(folder);
        var options = new ImageFolderOptions { Size = 8, Workers = 1 };
        var path = ImageFolder.Pack(folder.Path, DatasetSplit.Train, options).Path;
        var whole = File.ReadAllBytes(path);
        var expected = Read();

        // A changed fingerprint makes the file one of other images, and it is passed over.
        Fuzz.Try(
            "packed images", output, folder.Path, 50, dice => File.WriteAllBytes(path, Damage.Bytes(whole, dice)),
            () => Assert.Equal(expected, Read()));

        float[] Read() => ImageFolderTests.Contents(
            ImageFolder.Open(folder.Path, DatasetSplit.Train, options),
            BatchLoaderOptions.Evaluation(24) with { PrefetchDepth = 0 });
    }

    [Fact]
    public void Damaged_annotations()
    {
        using var folder = new TemporaryFolder();
        folder.Write("val/images/val_0.JPEG", Pictures.Jpeg(8, 8, 1));
        var whole = "val_0.JPEG\tn01\t0\t0\t7\t7\nval_1.JPEG\tn02\t0\t0\t7\t7\n"u8.ToArray();
        var images = Path.Combine(folder.Path, "val", "images") + Path.DirectorySeparatorChar;
        Fuzz.Try(
            "annotations", output, folder.Path, 10,
            dice => folder.Write("val/val_annotations.txt", Damage.Bytes(whole, dice, "/.\t\n\0"u8)),
            () =>
            {
                var listing = ImageListing.Read(folder.Path, DatasetSplit.Test);
                Assert.All(
                    listing.Files,
                    file => Assert.StartsWith(images, Path.GetFullPath(Path.Combine(listing.Folder, file))));
            });
    }

    private void Decode(string kind, params byte[][] files)
    {
        using var decoder = new ImageDecoder(PixelLimit);
        byte[] damaged = [];
        var scale = 1;
        Fuzz.Try<InvalidDataException>(
            kind, output, "", kind is "BMP" or "PPM" or "GIF" or "TIFF" ? 5 : 25,
            dice => (damaged, scale) = (Damage.Bytes(dice.Pick(files), dice, Markers), dice.Pick(1, 2, 8)),
            () =>
            {
                var (height, width) = decoder.Decode(damaged, scale);
                Assert.InRange(height * width, 1, PixelLimit);
                Assert.InRange(decoder.Pixels.Length, (3 * height * width) + Resampler.Spare, int.MaxValue);
            });
    }
}
