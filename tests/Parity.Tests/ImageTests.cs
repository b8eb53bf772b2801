using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Data;

namespace Ocs.Parity.Tests;

/// <summary>
/// Decoding, resizing and windows against Pillow and torchvision: golden/images.json, golden/pictures.json.
/// </summary>
public sealed class ImageTests
{
    private static readonly JsonNode Golden = Read("images.json");

    private static readonly List<JsonNode> Pictures =
        [.. Golden["files"]!.AsArray().Concat(Read("pictures.json")["files"]!.AsArray()).Select(file => file!)];

    // Mean 0 and deviation 1/255 give bytes back.
    private static readonly Normalization Bytes = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);

    public static TheoryData<string> Files => [.. Pictures.Select(file => (string)file["name"]!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_has_Pillows_pixels(string name)
    {
        var file = Pictures.Single(file => (string)file["name"]! == name);
        using var decoder = new ImageDecoder(1000);

        var size = decoder.Decode(Convert.FromBase64String((string)file["file"]!));

        Assert.Equal(((int)file["height"]!, (int)file["width"]!), size);
        var expected = file["pixels"]!.Deserialize<int[]>()!;
        var pixels = decoder.Pixels[..expected.Length].ToArray().Select(value => (int)value);
        if (name != "tif-inks")
        {
            Assert.Equal(expected, pixels);
        }
        else
        {
            // Products of inks are rounded down there, and to the nearest in Pillow.
            Assert.All(expected.Zip(pixels), pair => Assert.InRange(pair.Second, pair.First - 1, pair.First + 1));
        }
    }

    [Fact]
    public void The_middle_of_a_resized_image_is_torchvisions()
    {
        foreach (var (k, middle) in Golden["middles"]!.AsArray().Index())
        {
            AssertEqual(middle!["pixels"]!.Deserialize<int[]>()!, ResizeMiddle(k, middle, Bytes));
        }
    }

    [Fact]
    public void A_resized_window_is_torchvisions()
    {
        foreach (var (k, window) in Golden["windows"]!.AsArray().Index())
        {
            var size = (int)window!["size"]!;
            AssertEqual(
                window["pixels"]!.Deserialize<int[]>()!,
                Resize(
                    100 + k, (int)window["height"]!, (int)window["width"]!,
                    ResampleAxis.Window((int)window["top"]!, (int)window["tall"]!, size),
                    ResampleAxis.Window((int)window["left"]!, (int)window["wide"]!, size), Bytes));
        }
    }

    [Fact]
    public void Normalized_values_are_torchvisions()
    {
        foreach (var (k, middle) in Golden["middles"]!.AsArray().Index())
        {
            var size = (int)middle!["size"]!;
            var values = ResizeMiddle(k, middle, Normalization.ImageNet);
            var expected = middle["normalized"]!.Deserialize<float[]>()!;

            // The first row of each channel; ours is [rows, columns, 3].
            Assert.Equal(expected, Enumerable.Range(0, 3 * size).Select(i => values[(3 * (i % size)) + (i / size)]));
        }
    }

    [Fact]
    public void Random_windows_have_torchvisions_means_and_deviations()
    {
        var count = (int)Golden["draw_count"]!;
        foreach (var draw in Golden["draws"]!.AsArray())
        {
            var rng = new Rng(1);
            var (height, width) = ((int)draw!["height"]!, (int)draw["width"]!);
            var windows = Enumerable.Range(0, count).Select(_ => RandomWindow.Draw(height, width, 0.08, rng)).ToList();
            AssertAlike(windows.ConvertAll(window => window.Top), draw, 0);
            AssertAlike(windows.ConvertAll(window => window.Left), draw, 1);
            AssertAlike(windows.ConvertAll(window => window.Height), draw, 2);
            AssertAlike(windows.ConvertAll(window => window.Width), draw, 3);
        }
    }

    private static JsonNode Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", name)))!;

    // Two means of so many draws differ by more than 5 of their standard errors once in two million times.
    private static void AssertAlike(List<int> ours, JsonNode theirs, int field)
    {
        var mean = (double)theirs["mean"]![field]!;
        var deviation = (double)theirs["deviation"]![field]!;
        var error = deviation * Math.Sqrt(2.0 / ours.Count);
        var average = ours.Average();
        Assert.InRange(average, mean - (5 * error) - 1e-9, mean + (5 * error) + 1e-9);
        var ourDeviation = Math.Sqrt(ours.Sum(value => (value - average) * (value - average)) / ours.Count);
        Assert.InRange(ourDeviation, 0.97 * deviation, (1.03 * deviation) + 1e-9);
    }

    private static float[] ResizeMiddle(int stream, JsonNode middle, Normalization normalization)
    {
        var (height, width, size) = ((int)middle["height"]!, (int)middle["width"]!, (int)middle["size"]!);
        var side = (int)middle["resize"]!;
        var (tall, wide) = height <= width ? (side, side * width / height) : (side * height / width, side);
        var (rows, columns) = (ResampleAxis.Middle(height, tall, size), ResampleAxis.Middle(width, wide, size));
        return Resize(stream, height, width, rows, columns, normalization);
    }

    private static float[] Resize(
        int stream, int height, int width, ResampleAxis rows, ResampleAxis columns, Normalization normalization)
    {
        var noise = Enumerable.Range(0, 3 * height * width).Select(i => Noise(stream, i));
        byte[] pixels = [.. noise, .. new byte[Resampler.Spare]];
        var values = new float[3 * rows.Count * columns.Count];
        new Resampler(normalization).Write(pixels, width, rows, columns, mirrored: false, values, channelsLast: true);
        return values;
    }

    private static void AssertEqual(int[] expected, float[] values) =>
        Assert.Equal(expected, values.Take(expected.Length).Select(value => (int)MathF.Round(value)));

    private static byte Noise(int stream, int i)
    {
        var x = unchecked((uint)(i + (stream * 0x9E3779B9L)));
        x = unchecked((x ^ (x >> 16)) * 0x45D9F3B);
        x = unchecked((x ^ (x >> 16)) * 0x45D9F3B);
        x ^= x >> 16;
        return (byte)(x >> 24);
    }
}
