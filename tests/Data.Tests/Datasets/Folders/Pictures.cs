namespace Ocs.Data.Tests.Datasets.Folders;

/// <summary>Small folders of JPEG and PNG files.</summary>
internal static class Pictures
{
    /// <summary>Smooth colours with some noise, [H, W, 3].</summary>
    public static byte[] Pixels(int height, int width, int seed)
    {
        var dice = new Dice(seed);
        var pixels = new byte[3 * height * width];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = (i / 3 / width, i / 3 % width);
            pixels[i] = (byte)(((5 * x) + (3 * y) + (60 * (i % 3)) + (40 * seed) + dice.Roll(20)) % 256);
        }

        return pixels;
    }

    public static byte[] Jpeg(int height, int width, int seed, bool progressive = false) =>
        JpegWriter.Encode(height, width, Pixels(height, width, seed), progressive: progressive);

    public static byte[] Png(int height, int width, int seed)
    {
        var pixels = Pixels(height, width, seed);
        var plane = height * width;
        var planes = Enumerable.Range(0, 3 * plane).Select(i => pixels[(3 * (i % plane)) + (i / plane)]);
        return PngFiles.Rgb(height, width, [.. planes]);
    }

    /// <summary>Three classes of 8 training and 4 other images of various sizes, every fourth a PNG.</summary>
    public static void Write(TemporaryFolder folder)
    {
        var seed = 0;
        foreach (var (split, count) in (ReadOnlySpan<(string, int)>)[("train", 8), ("val", 4)])
        {
            foreach (var name in (ReadOnlySpan<string>)["cat", "ant", "bee"])
            {
                for (var i = 0; i < count; i++, seed++)
                {
                    var (height, width) = (20 + (seed % 7), 30 - (seed % 11));
                    var file = $"{split}/{name}/{i}.{(i % 4 == 3 ? "png" : "jpg")}";
                    folder.Write(file, i % 4 == 3 ? Png(height, width, seed) : Jpeg(height, width, seed));
                }
            }
        }
    }
}
