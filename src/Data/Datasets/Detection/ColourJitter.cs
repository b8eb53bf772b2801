namespace Ocs.Data;

/// <summary>
/// Changes brightness, contrast, saturation and hue of an image [3, H, W] of values 0 to 1, with the formulas of
/// torchvision's adjust_brightness and so on.
/// </summary>
internal static class ColourJitter
{
    // How bright red, green and blue are (ITU-R BT.601, rounded as in Pillow).
    private const float Red = 0.2989f;
    private const float Green = 0.587f;
    private const float Blue = 0.114f;

    /// <summary>Applies random changes, in this order: brightness, contrast, saturation, hue.</summary>
    public static void Apply(Span<float> image, DetectionAugmentation options, Rng rng)
    {
        double Around(double reach) => 1 + reach * (2 * rng.NextDouble() - 1);
        var (brightness, contrast) = (Around(options.Brightness), Around(options.Contrast));
        var (saturation, hue) = (Around(options.Saturation), Around(options.Hue) - 1);
        if (options.Brightness > 0)
        {
            Brighten(image, (float)brightness);
        }

        if (options.Contrast > 0)
        {
            ChangeContrast(image, (float)contrast);
        }

        if (options.Saturation > 0)
        {
            Saturate(image, (float)saturation);
        }

        if (options.Hue > 0)
        {
            MoveHue(image, (float)hue);
        }
    }

    /// <summary>Every value times a factor.</summary>
    public static void Brighten(Span<float> image, float factor)
    {
        foreach (ref var value in image)
        {
            value = Math.Clamp(value * factor, 0, 1);
        }
    }

    /// <summary>Every value's distance from the mean brightness times a factor.</summary>
    public static void ChangeContrast(Span<float> image, float factor)
    {
        var pixels = image.Length / 3;
        var sum = 0.0;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            sum += Light(image, pixel, pixels);
        }

        var rest = (1 - factor) * (float)(sum / pixels);
        foreach (ref var value in image)
        {
            value = Math.Clamp((value * factor) + rest, 0, 1);
        }
    }

    /// <summary>Every value's distance from its pixel's brightness times a factor.</summary>
    public static void Saturate(Span<float> image, float factor)
    {
        var pixels = image.Length / 3;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var rest = (1 - factor) * Light(image, pixel, pixels);
            for (var at = pixel; at < image.Length; at += pixels)
            {
                image[at] = Math.Clamp((image[at] * factor) + rest, 0, 1);
            }
        }
    }

    /// <summary>Every pixel's hue moved along the colour wheel, of which 1 is the whole.</summary>
    public static void MoveHue(Span<float> image, float shift)
    {
        var pixels = image.Length / 3;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            ref var red = ref image[pixel];
            ref var green = ref image[pixel + pixels];
            ref var blue = ref image[pixel + 2 * pixels];
            var largest = Math.Max(red, Math.Max(green, blue));
            var spread = largest - Math.Min(red, Math.Min(green, blue));
            if (spread == 0)
            {
                continue;
            }

            var sixths = largest == red ? (green - blue) / spread
                : largest == green ? 2 + ((blue - red) / spread)
                : 4 + ((red - green) / spread);
            var hue = (sixths / 6) + shift;
            hue = 6 * (hue - MathF.Floor(hue));
            red = Channel(5);
            green = Channel(3);
            blue = Channel(1);

            // HSV back to RGB: each channel falls and rises around its own place on the wheel.
            float Channel(float place)
            {
                var k = (place + hue) % 6;
                return largest - (spread * Math.Clamp(Math.Min(k, 4 - k), 0, 1));
            }
        }
    }

    private static float Light(ReadOnlySpan<float> image, int pixel, int pixels) =>
        (Red * image[pixel]) + (Green * image[pixel + pixels]) + (Blue * image[pixel + 2 * pixels]);
}
