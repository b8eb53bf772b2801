namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>What a tutorial takes its reader to have, small enough that each of them runs in seconds.</summary>
internal static class TutorialData
{
    private const int Side = 48;

    // Fashion-MNIST is 70,000 images, and two steps an epoch show that a command works.
    private static readonly (string Train, string Eval) Few =
        ("--set data-limit=64 --set training.batch-size=32 --set training.epochs=4", "--data-limit 64");

    /// <summary>Options that make a command of a tutorial faster, and change nothing else.</summary>
    public static (string Train, string Eval) SmallerBy(string tutorial) => tutorial switch
    {
        "images" => ("--set images.size=32 --set training.batch-size=8 --set training.epochs=4", ""),
        "detection" => ("--set boxes.size=64 --set training.batch-size=4 --set training.epochs=3", ""),
        _ => Few,
    };

    /// <summary>Writes the reader's own files.</summary>
    public static void Provide(string tutorial, TemporaryFolder folder)
    {
        switch (tutorial)
        {
            case "images":
                foreach (var (name, number) in new[] { ("apple", 0), ("bread", 1), ("cheese", 2) })
                {
                    for (var image = 0; image < 12; image++)
                    {
                        folder.Write($"photos/train/{name}/{image}.png", Square(8 * number, 3 * image, number));
                    }
                }

                break;
            case "detection":
                for (var image = 0; image < 16; image++)
                {
                    var (left, top) = (image * 7 % 22, image * 11 % 22);
                    folder.Write($"parts/images/{image}.png", Square(left, top, image % 2));
                    folder.Write(
                        $"parts/annotations/{image}.xml",
                        $"<annotation><filename>{image}.png</filename>"
                        + $"<size><width>{Side}</width><height>{Side}</height></size>"
                        + $"<object><name>{(image % 2 == 0 ? "screw" : "nut")}</name><bndbox><xmin>{left + 1}</xmin>"
                        + $"<ymin>{top + 1}</ymin><xmax>{left + 24}</xmax><ymax>{top + 24}</ymax></bndbox></object>"
                        + "</annotation>");
                }

                break;
            default:
                break;
        }
    }

    // A bright square of 24 pixels in a dull picture, in one of three colours.
    private static byte[] Square(int left, int top, int colour)
    {
        var planes = new byte[3 * Side * Side];
        for (var at = 0; at < planes.Length; at++)
        {
            var (plane, y, x) = (at / (Side * Side), at / Side % Side, at % Side);
            var isInside = x >= left && x < left + 24 && y >= top && y < top + 24;
            planes[at] = (byte)(isInside && plane == colour ? 230 : 40 + (at * 13 % 50));
        }

        return PngFiles.Rgb(Side, Side, planes);
    }
}
