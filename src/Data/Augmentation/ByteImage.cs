namespace Ocs.Data;

/// <summary>
/// An image of bytes [C, H, W] and the operations of automatic augmentation on it, in place. Each gives what
/// torchvision's function of that name gives for a tensor of bytes, with the nearest pixel and black beside the image.
/// </summary>
/// <param name="values">[C, H, W]; C is 1 or 3 for operations on colours.</param>
/// <param name="scratch">As long; overwritten.</param>
/// <param name="channels">C.</param>
/// <param name="height">H.</param>
/// <param name="width">W.</param>
internal readonly ref struct ByteImage(
    Span<byte> values, Span<byte> scratch, int channels, int height, int width)
{
    // How bright red, green and blue are (ITU-R BT.601), rounded as torchvision rounds it.
    private const float Red = 0.2989f;
    private const float Green = 0.587f;
    private const float Blue = 0.114f;

    // The kernel of the blurred image has 5 in the middle and 1 around it.
    private const int SharpMiddle = 5;
    private const int SharpSum = 13;

    private readonly Span<byte> _values = values;
    private readonly Span<byte> _scratch = scratch;

    public int Height => height;

    public int Width => width;

    /// <summary>x ← x + <paramref name="shear"/> (y + 1/2): rows are moved.</summary>
    public void ShearX(double shear) => Transform(1, shear, shear * height / 2, 0, 1, 0);

    /// <summary>y ← y + <paramref name="shear"/> (x + 1/2): columns are moved.</summary>
    public void ShearY(double shear) => Transform(1, 0, 0, shear, 1, shear * width / 2);

    /// <summary>Moves the image by whole pixels to the right and down.</summary>
    public void Translate(int right, int down) => Transform(1, 0, -right, 0, 1, -down);

    /// <summary>Turns the image around its middle, against the clock.</summary>
    public void Rotate(double degrees)
    {
        var (sine, cosine) = Math.SinCos(degrees * Math.PI / 180);
        Transform(cosine, -sine, 0, sine, cosine, 0);
    }

    /// <summary>Every value times a factor.</summary>
    public void AdjustBrightness(double factor)
    {
        foreach (ref var value in _values)
        {
            value = Blend(value, 0, factor);
        }
    }

    /// <summary>Every value's distance from the mean brightness times a factor.</summary>
    public void AdjustContrast(double factor)
    {
        var plane = height * width;
        var sum = 0L;
        for (var pixel = 0; pixel < plane; pixel++)
        {
            sum += channels == 1 ? _values[pixel] : Light(pixel);
        }

        var mean = (float)((double)sum / plane);
        foreach (ref var value in _values)
        {
            value = Blend(value, mean, factor);
        }
    }

    /// <summary>Every value's distance from its pixel's brightness times a factor. Grey images stay.</summary>
    public void AdjustSaturation(double factor)
    {
        if (channels == 1)
        {
            return;
        }

        var plane = height * width;
        for (var pixel = 0; pixel < plane; pixel++)
        {
            var light = Light(pixel);
            for (var at = pixel; at < _values.Length; at += plane)
            {
                _values[at] = Blend(_values[at], light, factor);
            }
        }
    }

    /// <summary>Every value's distance from the mean around it times a factor, but at the border.</summary>
    public void AdjustSharpness(double factor)
    {
        if (height <= 2 || width <= 2)
        {
            return;
        }

        _values.CopyTo(_scratch);
        for (var at = 0; at < _values.Length; at++)
        {
            var (x, y) = (at % width, at / width % height);
            var isBorder = x == 0 || y == 0 || x == width - 1 || y == height - 1;
            _values[at] = Blend(_scratch[at], isBorder ? _scratch[at] : Blurred(at), factor);
        }
    }

    /// <summary>Keeps so many of the highest bits of each value.</summary>
    public void Posterize(int bits)
    {
        var mask = (byte)(0xFF << (8 - bits));
        foreach (ref var value in _values)
        {
            value &= mask;
        }
    }

    /// <summary>Inverts the values that are at least <paramref name="threshold"/>.</summary>
    public void Solarize(double threshold)
    {
        foreach (ref var value in _values)
        {
            value = value >= threshold ? (byte)(255 - value) : value;
        }
    }

    /// <summary>Stretches the values of each channel to 0..255.</summary>
    public void AutoContrast()
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = _values.Slice(channel * height * width, height * width);
            var (least, most) = (byte.MaxValue, byte.MinValue);
            foreach (var value in plane)
            {
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            }

            if (least == most)
            {
                continue;
            }

            var scale = 255f / (most - least);
            foreach (ref var value in plane)
            {
                value = (byte)Math.Min((value - least) * scale, 255);
            }
        }
    }

    /// <summary>Spreads the values of each channel so that all are about equally frequent.</summary>
    public void Equalize()
    {
        Span<int> histogram = stackalloc int[256];
        Span<byte> table = stackalloc byte[256];
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = _values.Slice(channel * height * width, height * width);
            histogram.Clear();
            foreach (var value in plane)
            {
                histogram[value]++;
            }

            var step = (plane.Length - histogram[histogram.LastIndexOfAnyExcept(0)]) / 255;
            if (step == 0)
            {
                continue;
            }

            var below = 0;
            for (var value = 0; value < 256; value++)
            {
                table[value] = value == 0 ? (byte)0 : (byte)Math.Min((below + (step / 2)) / step, 255);
                below += histogram[value];
            }

            foreach (ref var value in plane)
            {
                value = table[value];
            }
        }
    }

    // The pixel at (x, y), measured from the middle, is that at (xx x + xy y + x0, yx x + yy y + y0) of the image.
    private void Transform(double xx, double xy, double x0, double yx, double yy, double y0)
    {
        _values.CopyTo(_scratch);
        var (middleX, middleY) = ((width - 1) / 2.0, (height - 1) / 2.0);
        var plane = height * width;
        for (var pixel = 0; pixel < plane; pixel++)
        {
            var (x, y) = ((pixel % width) - middleX, (pixel / width) - middleY);
            var column = Math.Round((xx * x) + (xy * y) + x0 + middleX);
            var row = Math.Round((yx * x) + (yy * y) + y0 + middleY);
            var source = column >= 0 && column < width && row >= 0 && row < height
                ? ((int)row * width) + (int)column
                : -1;
            for (var first = 0; first < _values.Length; first += plane)
            {
                _values[first + pixel] = source < 0 ? (byte)0 : _scratch[first + source];
            }
        }
    }

    private byte Light(int pixel)
    {
        var plane = height * width;
        var (red, green, blue) = (_values[pixel], _values[pixel + plane], _values[pixel + (2 * plane)]);
        return (byte)((Red * red) + (Green * green) + (Blue * blue));
    }

    private float Blurred(int at)
    {
        var sum = (SharpMiddle - 1) * _scratch[at];
        for (var around = at - width - 1; around <= at + width - 1; around += width)
        {
            sum += _scratch[around] + _scratch[around + 1] + _scratch[around + 2];
        }

        return MathF.Round(sum / (float)SharpSum);
    }

    // Rounded towards 0, as a conversion to bytes is.
    private static byte Blend(byte value, float other, double factor) =>
        (byte)Math.Clamp(((float)factor * value) + ((float)(1 - factor) * other), 0, 255);
}
