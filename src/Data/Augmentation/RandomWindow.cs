namespace Ocs.Data;

/// <summary>
/// A random window of an image, of random size and shape. Szegedy et al. 2015, arXiv 1409.4842, section 6.
/// </summary>
/// <remarks>
/// With the rounding and the fallback of torchvision's RandomResizedCrop: an area from
/// <see cref="AugmentationOptions.MinCropArea"/> to 1 of the image's, uniform; width over height from 3/4 to 4/3,
/// uniform in its logarithm; ten tries, then the largest window in the middle that has such a shape.
/// </remarks>
internal static class RandomWindow
{
    private const int Tries = 10;
    private const double Narrowest = 3.0 / 4;
    private const double Widest = 4.0 / 3;

    /// <summary>Draws one; the numbers drawn are area, shape, row, column.</summary>
    public static (int Top, int Left, int Height, int Width) Draw(int height, int width, double minArea, Rng rng)
    {
        var pixels = (double)height * width;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var area = pixels * (minArea + ((1 - minArea) * rng.NextDouble()));
            var shape = Math.Exp(Math.Log(Narrowest) + (Math.Log(Widest / Narrowest) * rng.NextDouble()));
            var windowWidth = (int)Math.Round(Math.Sqrt(area * shape));
            var windowHeight = (int)Math.Round(Math.Sqrt(area / shape));
            if (windowWidth > 0 && windowWidth <= width && windowHeight > 0 && windowHeight <= height)
            {
                var top = rng.Next(height - windowHeight + 1);
                return (top, rng.Next(width - windowWidth + 1), windowHeight, windowWidth);
            }
        }

        return Middle(height, width);
    }

    private static (int Top, int Left, int Height, int Width) Middle(int height, int width)
    {
        var (windowHeight, windowWidth) = (height, width);
        if ((double)width / height < Narrowest)
        {
            windowHeight = (int)Math.Round(width / Narrowest);
        }
        else if ((double)width / height > Widest)
        {
            windowWidth = (int)Math.Round(height * Widest);
        }

        return ((height - windowHeight) / 2, (width - windowWidth) / 2, windowHeight, windowWidth);
    }
}
