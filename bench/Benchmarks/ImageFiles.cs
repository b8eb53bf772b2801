using Ocs.Testing;

namespace Ocs.Benchmarks;

/// <summary>Folders of JPEG files that take as long as photographs: noise, stronger at coarser scales.</summary>
internal static class ImageFiles
{
    private const int Classes = 10;
    private const int Quality = 90;

    /// <summary>Writes train and val with a number of images each. Returns the mean length of a file.</summary>
    public static double Write(string root, int height, int width, int images)
    {
        var bytes = 0L;
        foreach (var (number, split) in new[] { "train", "val" }.Index())
        {
            for (var i = 0; i < images; i++)
            {
                var folder = Directory.CreateDirectory(Path.Combine(root, split, $"class{i % Classes}"));
                var picture = Picture(height, width, new((ulong)((number * images) + i)));
                var file = JpegWriter.Encode(height, width, picture, Quality);
                File.WriteAllBytes(Path.Combine(folder.FullName, $"{i:0000}.jpg"), file);
                bytes += file.Length;
            }
        }

        return bytes / (2.0 * images);
    }

    private static byte[] Picture(int height, int width, Rng rng)
    {
        var pixels = new double[height * width * 3];
        for (var cell = Math.Max(height, width) / 2; cell >= 1; cell /= 2)
        {
            Add(pixels, height, width, cell, 40 + (100.0 * cell / Math.Max(height, width)), rng);
        }

        return Array.ConvertAll(pixels, value => (byte)Math.Clamp(128 + value, 0, 255));
    }

    // Random values on a grid, interpolated bilinearly; colours vary less than brightness.
    private static void Add(double[] pixels, int height, int width, int cell, double strength, Rng rng)
    {
        var (rows, columns) = ((height / cell) + 2, (width / cell) + 2);
        var grid = new double[rows * columns * 3];
        for (var i = 0; i < grid.Length; i += 3)
        {
            var brightness = rng.NextDouble() - 0.5;
            for (var channel = 0; channel < 3; channel++)
            {
                grid[i + channel] = strength * (brightness + (0.3 * (rng.NextDouble() - 0.5)));
            }
        }

        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = ((double)(i / 3 % width) / cell, (double)(i / 3 / width) / cell);
            var corner = ((((int)y * columns) + (int)x) * 3) + (i % 3);
            var upper = grid[corner] + ((x % 1) * (grid[corner + 3] - grid[corner]));
            corner += 3 * columns;
            var lower = grid[corner] + ((x % 1) * (grid[corner + 3] - grid[corner]));
            pixels[i] += upper + ((y % 1) * (lower - upper));
        }
    }
}
