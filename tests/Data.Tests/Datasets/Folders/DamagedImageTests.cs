using Ocs.Testing;
using Ocs.Torch;

namespace Ocs.Data.Tests.Datasets.Folders;

/// <summary>Files cut short or with bits flipped give an image or a sentence, and take little memory.</summary>
[NoTensorLeaks]
public sealed class DamagedImageTests
{
    private const int Cases = 500;
    private const int PixelLimit = 1 << 20;
    private const long MostBytes = 8L * PixelLimit;

    [Fact]
    public void Damaged_JPEGs() => Try(Pictures.Jpeg(60, 80, 1), Pictures.Jpeg(33, 41, 2, progressive: true));

    [Fact]
    public void Damaged_PNGs() => Try(Pictures.Png(20, 30, 1), PngFiles.Grey(2, 2, [9, 8, 7, 6]));

    [Fact]
    public void Damaged_packed_files()
    {
        using TemporaryFolder folder = new();
        Pictures.Write(folder);
        ImageFolderOptions options = new() { Size = 8, Workers = 1 };
        string path = ImageFolder.Pack(folder.Path, DatasetSplit.Train, options).Path;
        byte[] whole = File.ReadAllBytes(path);
        float[] expected = Read();
        Dice dice = new(5);
        int told = 0;
        for (int i = 0; i < Cases; i++)
        {
            // Half of the damage is to header and index, where it can do more than spoil a pixel.
            byte[] damaged = Damage(whole, dice, dice.Chance(0.5) ? 88 + (24 * 16) : whole.Length);
            File.WriteAllBytes(path, damaged);
            try
            {
                Assert.Equal(expected, Read());
            }
            catch (OcsInputException error)
            {
                Assert.Contains(folder.Path, error.Message);
                told++;
            }
        }

        // A changed fingerprint makes the file one of other images, and it is passed over.
        Assert.InRange(told, Cases / 2, Cases);

        float[] Read() => ImageFolderTests.Contents(
            ImageFolder.Open(folder.Path, DatasetSplit.Train, options),
            BatchLoaderOptions.Evaluation(24) with { PrefetchDepth = 0 });
    }

    private static void Try(params byte[][] files)
    {
        using ImageDecoder decoder = new(PixelLimit);
        Dice dice = new(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        (int decoded, int refused) = (0, 0);
        for (int i = 0; i < Cases; i++)
        {
            byte[] file = dice.Pick(files);
            byte[] damaged = Damage(file, dice, dice.Chance(0.5) ? Math.Min(file.Length, 200) : file.Length);
            try
            {
                (int height, int width) = decoder.Decode(damaged, dice.Pick(1, 2, 8));
                Assert.InRange(height * width, 1, PixelLimit);
                Assert.InRange(decoder.Pixels.Length, (3 * height * width) + Resampler.Spare, int.MaxValue);
                decoded++;
            }
            catch (InvalidDataException error)
            {
                Assert.NotEmpty(error.Message);
                refused++;
            }
        }

        Assert.InRange(refused, Cases / 4, Cases);
        Assert.Equal(Cases, decoded + refused);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes + (Cases * 20_000L));
    }

    // Some bits flipped within the first bytes, or the end cut off, or both.
    private static byte[] Damage(byte[] file, Dice dice, int within)
    {
        byte[] damaged = [.. file];
        int kind = dice.Roll(3);
        for (int flips = kind == 0 ? 0 : 1 + dice.Roll(4); flips > 0; flips--)
        {
            damaged[dice.Roll(within)] ^= (byte)(1 << dice.Roll(8));
        }

        return kind == 1 ? damaged : damaged[..dice.Roll(damaged.Length)];
    }
}
