using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Data;

namespace Ocs.Parity.Tests;

/// <summary>
/// The operations of RandAugment beside torchvision's: golden/randaugment.json, by generate_randaugment.py.
/// </summary>
public sealed class RandAugmentTests
{
    private const int Height = 8;
    private const int Width = 9;

    // The image of Equalize, which leaves few pixels alone.
    private const int Down = 5;
    private const int Across = 8;
    private const int Step = 37;

    private static readonly JsonNode Stored = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "randaugment.json")))!;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Stored["cases"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_is_torchvisions(int index)
    {
        var expected = Stored["cases"]![index]!;
        var (name, magnitude) = ((string)expected["operation"]!, (double)expected["magnitude"]!);
        var values = Stored["image"]!.Deserialize<int[]>()!.Select(value => (byte)value).ToArray();
        if (name == "Equalize")
        {
            var wide = Wide(values);
            new ByteImage(wide, new byte[wide.Length], 3, Height * Down, Width * Across).Equalize();
            Assert.Equal(
                expected["values"]!.Deserialize<int[]>()!,
                wide.Where((_, i) => i % Step == 0).Select(value => (int)value));
            return;
        }

        Apply(new(values, new byte[values.Length], 3, Height, Width), name, magnitude);
        Assert.Equal(expected["values"]!.Deserialize<int[]>()!, values.Select(value => (int)value));
    }

    private static void Apply(ByteImage image, string name, double magnitude)
    {
        switch (name)
        {
            case "ShearX": image.ShearX(magnitude); break;
            case "ShearY": image.ShearY(magnitude); break;
            case "TranslateX": image.Translate((int)magnitude, 0); break;
            case "TranslateY": image.Translate(0, (int)magnitude); break;
            case "Rotate": image.Rotate(magnitude); break;
            case "Brightness": image.AdjustBrightness(1 + magnitude); break;
            case "Color": image.AdjustSaturation(1 + magnitude); break;
            case "Contrast": image.AdjustContrast(1 + magnitude); break;
            case "Sharpness": image.AdjustSharpness(1 + magnitude); break;
            case "Posterize": image.Posterize((int)magnitude); break;
            case "Solarize": image.Solarize(magnitude); break;
            case "AutoContrast": image.AutoContrast(); break;
            default: throw new ArgumentOutOfRangeException(nameof(name), name, "no such operation");
        }
    }

    // The image side by side and below each other, darkened.
    private static byte[] Wide(byte[] image)
    {
        var (height, width) = (Height * Down, Width * Across);
        var wide = new byte[3 * height * width];
        for (var i = 0; i < wide.Length; i++)
        {
            var (channel, y, x) = (i / (height * width), i / width % height, i % width);
            wide[i] = (byte)(image[(((channel * Height) + (y % Height)) * Width) + (x % Width)] / 2);
        }

        return wide;
    }
}
