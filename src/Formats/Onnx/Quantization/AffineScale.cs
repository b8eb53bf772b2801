namespace Ocs.Formats.Onnx.Quantization;

/// <summary>The meaning of an activation's 8-bit numbers: real = scale * (number - zero), numbers 0 to 255.</summary>
/// <param name="Scale">The difference between consecutive numbers.</param>
/// <param name="Zero">The number that means exactly 0.</param>
internal readonly record struct AffineScale(float Scale, byte Zero)
{
    private const int Steps = byte.MaxValue;

    /// <summary>The scale of a range, widened to contain 0.</summary>
    public static AffineScale Of(double smallest, double largest)
    {
        var (low, high) = (Math.Min(smallest, 0), Math.Max(largest, 0));
        var scale = (float)((high - low) / Steps);
        return float.IsNormal(scale)
            ? new(scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, Steps))
            : new(1, 0);
    }

    /// <summary>The 8-bit number of a real one, as QuantizeLinear defines it.</summary>
    public byte Round(float real) => (byte)Math.Clamp(MathF.Round(real / Scale) + Zero, byte.MinValue, byte.MaxValue);
}
